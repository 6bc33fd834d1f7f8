import { z } from 'zod';

/** How a written or removed file is taken back; kept in the journal. */
export const restoreFile = z.looseObject({
  kind: z.literal('restoreFile'),
  path: z.string(),
  /** SHA-256 of what we write, null where we remove: the file is touched again only while it is exactly so. */
  written: z.string().nullable(),
  /** What stood there before, base64; null when there was no file. */
  previous: z.string().nullable(),
  /** Mode and owner of what stood there; absent in journals of 0.1, which overwrote files of 0644 alone. */
  attributes: z.looseObject({ mode: z.int(), uid: z.int(), gid: z.int() }).nullable().optional(),
});
export type RestoreFile = z.infer<typeof restoreFile>;
