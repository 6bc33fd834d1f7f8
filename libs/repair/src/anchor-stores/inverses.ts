import { z } from 'zod';
import { entryState } from './entry-state.ts';

/** How the steps of these remedies are taken back; kept in the journal. */
export const anchorInverse = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('restoreFile'),
    path: z.string(),
    /** SHA-256 of what we write, null where we remove: the file is touched again only while it is exactly so. */
    written: z.string().nullable(),
    /** What stood there before, base64; null when there was no file. */
    previous: z.string().nullable(),
    /** Mode and owner of what stood there; absent in journals of 0.1, which overwrote files of 0644 alone. */
    attributes: z.looseObject({ mode: z.int(), uid: z.int(), gid: z.int() }).nullable().optional(),
  }),
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
export type RestoreFile = Extract<AnchorInverse, { kind: 'restoreFile' }>;
export type Reselect = Extract<AnchorInverse, { kind: 'reselect' }>;
export type EntryInverse = Extract<AnchorInverse, { kind: 'entry' }>;

/** What a journal holds of a run's steps, the last one first. */
export const inversesIn = (journaled: readonly unknown[]): AnchorInverse[] =>
  journaled.map((inverse) => anchorInverse.parse(inverse)).reverse();
