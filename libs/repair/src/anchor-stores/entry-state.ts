import { anchorTrust } from '@trustfleet/protocol';
import { sha256OfJson } from '@trustfleet/signing';
import { z } from 'zod';

/**
 * One anchor's standing in a store that is changed entry by entry: all that is needed to bring it back, as the store's driver gives it.
 * Kept in the journal.
 */
export const entryState = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('absent') }),
  z.looseObject({
    kind: z.literal('present'),
    /** DER, base64. */
    der: z.string(),
    trust: anchorTrust,
    /** What else the store keeps with it, in the driver's own words. */
    attributes: z.record(z.string(), z.string()),
  }),
]);
export type EntryState = z.infer<typeof entryState>;

export const ABSENT: EntryState = { kind: 'absent' };

/** Equal standings have equal digests. */
export const digestOfEntry = (state: EntryState): string => sha256OfJson(state);
