import { z } from 'zod';

/** How a replaced copy is taken back; kept in the journal. */
export const copyInverse = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('copy'),
    /** The directory that the copy lies in, and whose rights change it; null for the agent's own. */
    base: z.string(),
    account: z.looseObject({ uid: z.int(), gid: z.int() }).nullable(),
    token: z.string(),
    /** What stood there: `packTree`. */
    previous: z.string(),
    /** Lines of what is put there, see `standingOf`. */
    written: z.array(z.string()),
  }),
  /** A step that the inverse of the first one takes back as well. */
  z.looseObject({ kind: z.literal('withFirst') }),
]);
export type CopyInverse = Extract<z.infer<typeof copyInverse>, { kind: 'copy' }>;
