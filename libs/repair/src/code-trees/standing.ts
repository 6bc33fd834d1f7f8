import { contentLineOf, digestOfTree, type Tree, type TreeEntry } from './tree.ts';

/** What stands there now, held against what stood there and against what a run puts there. */
export interface Standing {
  readonly state: 'asBefore' | 'asLeft' | 'between' | 'changed';
  /** The first file that is neither of the two; null where there is none. */
  readonly stranger: string | null;
}

/**
 * `written` lists the entries of the finished change as lines of `contentLineOf`; `own` knows entries that only the installer knows in advance.
 * `between`: every entry is one of the two, as a run leaves it that was stopped on its way.
 */
export function standingOf(
  now: Tree,
  {
    previous,
    written,
    own,
  }: { previous: Tree; written: readonly string[]; own: (entry: TreeEntry) => boolean },
): Standing {
  if (digestOfTree(now) === digestOfTree(previous)) return { state: 'asBefore', stranger: null };
  const left = new Set(written);
  const known = new Set([...written, ...previous.entries.map(contentLineOf)]);
  const strangers = now.entries.filter((entry) => !known.has(contentLineOf(entry)) && !own(entry));
  const [stranger] = strangers;
  if (stranger !== undefined) return { state: 'changed', stranger: stranger.path };
  const lines = new Set(now.entries.map(contentLineOf));
  const whole =
    written.every((line) => lines.has(line)) &&
    now.entries.every((entry) => left.has(contentLineOf(entry)) || own(entry));
  return { state: whole ? 'asLeft' : 'between', stranger: null };
}
