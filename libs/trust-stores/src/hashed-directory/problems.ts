import { clip } from '@trustfleet/protocol';
import type { HashedDirectory } from './read.ts';

/** What is wrong with the directory by itself, one sentence for each sort. `remedy` is what the person has to run. */
export function hashedProblems(
  path: string,
  directory: HashedDirectory,
  remedy = `openssl rehash ${path}`,
): readonly string[] {
  const { dangling, wrong, hidden, truncated } = directory;
  const sentences = [
    sentence(
      dangling,
      (names) =>
        `${names} in ${path} leads nowhere, so programs that look anchors up by hash do not find it: run ${remedy}`,
    ),
    sentence(
      wrong,
      (names) =>
        `${names} in ${path} holds no certificate of that hash, so look-ups end there for nothing: run ${remedy}`,
    ),
    sentence(
      hidden,
      (names) => `${names} in ${path} lies behind a gap in the numbers and is never reached: run ${remedy}`,
    ),
    truncated ? `${path} holds more entries than are looked at` : null,
  ];
  return sentences.filter((each) => each !== null).map((each) => clip(each, 512));
}

/** Null for none; the first by name, and how many others there are. */
export function sentence(names: readonly string[], say: (names: string) => string): string | null {
  const [first] = names.toSorted();
  if (first === undefined) return null;
  const others = names.length - 1;
  return say(others === 0 ? first : `${first} (and ${others} more)`);
}
