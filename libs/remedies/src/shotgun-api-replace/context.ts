import type { ReleaseFacts } from '../package-releases/release.ts';

/** What only the host can tell of a copy. */
export interface ApiHostLook {
  /** Directory of the git checkout that the copy belongs to; null where it is in none. */
  readonly checkout: string | null;
  /** Why nobody but one owner can write there does not hold, or the agent has not that owner's rights; null where all is well. */
  readonly notWritable: string | null;
  /** A name that the release needs and somebody else's file has; null for none. */
  readonly inTheWay: string | null;
}

export interface ApiContext {
  /** What the wheel or archive says; null where nobody has read it (a what-if without its bytes). */
  readonly release: ReleaseFacts | null;
  /** `__version__` of the release; null as `release`. */
  readonly releaseVersion: string | null;
  /** The host's allow-list names it keeper of the copy's path. */
  readonly keeper: boolean;
  /** Absent on stored facts. */
  readonly host?: ApiHostLook | undefined;
}

/** What has become of a finished run. */
export interface ApiUndoContext {
  readonly previous: string | null;
  readonly now: string | null;
  readonly standing: 'asLeft' | 'asBefore' | 'changed';
  /** The first file that is neither; null where there is none. */
  readonly stranger: string | null;
}
