import { z } from 'zod';
import { restoreFile } from '../guarded-files/inverse.ts';
import { entryState } from './entry-state.ts';

/** How the steps of these remedies are taken back; kept in the journal. */
export const anchorInverse = z.discriminatedUnion('kind', [
  restoreFile,
  z.looseObject({
    kind: z.literal('reselect'),
    path: z.string(),
    /** Lines that we switch off: each is switched on again where it stands so. The system's packages rewrite this file now and then. */
    lines: z.array(z.string()),
  }),
  z.looseObject({
    kind: z.literal('entry'),
    /** Null for the operating system's store. */
    store: z.string().nullable(),
    anchor: z.string(),
    /** Digest of the standing that we give it: the entry is touched again only while it is exactly so. */
    written: z.string(),
    previous: entryState,
  }),
  z.looseObject({ kind: z.literal('runTool') }),
]);
export type AnchorInverse = z.infer<typeof anchorInverse>;
export type Reselect = Extract<AnchorInverse, { kind: 'reselect' }>;
export type EntryInverse = Extract<AnchorInverse, { kind: 'entry' }>;

/** What a journal holds of a run's steps, the last one first. */
export const inversesIn = (journaled: readonly unknown[]): AnchorInverse[] =>
  journaled.map((inverse) => anchorInverse.parse(inverse)).reverse();
