import { z } from 'zod';

/** How the steps of a deployment are taken back; kept in the journal. Bytes stand beside the bundle, named by their content. */
export const bundleInverse = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('bundleFile'),
    path: z.string(),
    /** SHA-256 of what we write: the file is touched again only while it is exactly so. */
    written: z.string(),
    /** SHA-256 of what stood there before; null when there was nothing. */
    previous: z.string().nullable(),
    /** Mode and owner of what stood there. */
    attributes: z.looseObject({ mode: z.int(), uid: z.int(), gid: z.int() }).nullable(),
  }),
  /** The oldest copy beside the bundle went. It is not put back: nothing reads it. */
  z.looseObject({ kind: z.literal('copyDropped'), path: z.string(), sha256: z.string() }),
]);
export type BundleInverse = z.infer<typeof bundleInverse>;
export type BundleFileInverse = Extract<BundleInverse, { kind: 'bundleFile' }>;

/** What a journal holds of a run's steps, the last one first. */
export const inversesIn = (journaled: readonly unknown[]): BundleInverse[] =>
  journaled.map((inverse) => bundleInverse.parse(inverse)).reverse();

export const filesIn = (journaled: readonly unknown[]): BundleFileInverse[] =>
  inversesIn(journaled).filter((inverse) => inverse.kind === 'bundleFile');
