import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';

/**
 * Where an object on a network mount comes from. The same object seen by many hosts (same export, same path below it, same content) is one
 * *shared install* (issue 5, "Discovery"); who counts as the same export is said by libs/database `placeOfShared`.
 */
export const sharedFrom = z.looseObject({
  /** As the host's mount table has it: `server:/export`, `//server/share`, `\\server\share`. Empty where the system does not say. */
  export: hostPath,
  /** Type of the file system: `nfs4`, `cifs`; `share` on Windows. */
  type: shortText,
  /** Path below the export, links to it followed, parts divided by `/`, beginning with one. Absent where that is not known. */
  path: hostPath.optional(),
  /** Where this host has the export; absent where it has no such place (a UNC path). */
  mount: hostPath.optional(),
});
export type SharedFrom = z.infer<typeof sharedFrom>;

export const MAX_SHARES = 64;

/** One share that was asked, and whether it answered in time: state for a finding, not words (issue 5, "a share that does not answer is a finding"). */
export const shareState = z.looseObject({
  export: hostPath,
  type: shortText,
  mount: hostPath.optional(),
  state: z.enum(['answers', 'doesNotAnswer']),
});
export type ShareState = z.infer<typeof shareState>;
