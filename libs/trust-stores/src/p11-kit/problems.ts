import { clip } from '@trustfleet/protocol';
import { sentence } from '../hashed-directory/problems.ts';
import type { HashedDirectory } from '../hashed-directory/read.ts';
import type { SeenBundle } from './entries.ts';
import type { P11Standing } from './judge.ts';

export interface Compared {
  readonly standings: readonly P11Standing[];
  readonly bundle: SeenBundle;
  readonly hashed: HashedDirectory;
  readonly hashedPath: string;
  readonly tool: string;
}

/** Where sources, bundle and hashed directory do not agree, so that programs trust different things. One sentence each. */
export function disagreements(seen: Compared): string[] {
  const { standings, bundle, tool } = seen;
  const { anchors, path } = bundle;
  const missing = standings.filter(({ sha256, trust }) => trust === 'servers' && !anchors.has(sha256));
  const lingering = standings.filter(
    ({ sha256, trust, path: file }) =>
      // What newer releases of p11-kit pass over lingers by right.
      trust === 'distrusted' && anchors.has(sha256) && !file.includes('/blacklist/'),
  );
  const sentences = [
    sentence(missing.map(nameOf), (names) => `${names} of its sources is not in ${path} yet: run ${tool}`),
    sentence(
      lingering.map(nameOf),
      (names) => `${names} is distrusted, and ${path} still holds it: run ${tool}`,
    ),
    sentence(
      bundle.foreign.map(short),
      (names) =>
        `${path} holds ${names}, which no source of this system brings: the next run of ${tool} drops it`,
    ),
    ...hashedSentences(seen),
  ];
  return sentences.filter((each) => each !== null).map((each) => clip(each, 512));
}

/** Fedora from 43 on looks anchors up by hash; elsewhere some programs do. A release without the directory has nothing to disagree. */
function hashedSentences({ bundle, hashed, hashedPath, tool }: Compared): (string | null)[] {
  if (hashed.state !== 'listed' || hashed.found.size === 0) return [];
  const lost = [...bundle.anchors].filter((anchor) => !hashed.found.has(anchor));
  const extra = [...hashed.found.keys()].filter((anchor) => !bundle.anchors.has(anchor));
  return [
    sentence(
      lost.map(short),
      (names) =>
        `${names} is in ${bundle.path} and not in ${hashedPath}, where programs look anchors up by hash: run ${tool}`,
    ),
    sentence(
      extra.map(short),
      (names) =>
        `${names} is in ${hashedPath}, where programs look anchors up by hash, and not in ${bundle.path}: run ${tool}`,
    ),
  ];
}

function nameOf({ sha256, label }: P11Standing): string {
  return label === null ? short(sha256) : `${label} (${short(sha256)})`;
}

function short(sha256: string): string {
  return `${sha256.slice(0, 16)}…`;
}
