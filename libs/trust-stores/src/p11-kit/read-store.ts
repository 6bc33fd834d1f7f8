import { basename } from 'node:path';
import { clip, type LocalAnchor, type TrustStore } from '@trustfleet/protocol';
import { strayCopies } from '../bundle-copies.ts';
import { readBundle } from '../bundle-file.ts';
import { whyNotChangeable } from '../file-way/changeable.ts';
import { readLocalAnchors } from '../file-way/local-anchors.ts';
import { readHashedDirectory } from '../hashed-directory/read.ts';
import type { TrustStorePorts } from '../ports.ts';
import type { Made } from '../reading-cache.ts';
import type { HostDescription, StoreReading } from '../types.ts';
import { certificatesOf, entriesOf, type SeenBundle } from './entries.ts';
import { judge, type P11Standing } from './judge.ts';
import type { P11Layout } from './layout.ts';
import { disagreements } from './problems.ts';
import { readSources, type P11Sources } from './read-sources.ts';

/** As many as the protocol's `trustStore.problems` takes. */
const MAX_PROBLEMS = 64;

/** Bundle, local anchors, and what p11-kit's sources say beside them. */
export async function readP11Store(
  ports: TrustStorePorts,
  host: HostDescription,
  layout: P11Layout,
): Promise<StoreReading> {
  const look = (): Promise<Made<Contents>> => readContents(ports, layout);
  const { certificates, watch, ...contents } =
    ports.readings === undefined
      ? (await look()).value
      : await ports.readings.derived(ports, `${layout.driver} ${layout.bundle}`, look);
  return {
    store: {
      id: layout.driver,
      driver: layout.driver,
      operatingSystem: true,
      name: host.prettyName ?? layout.driver,
      cannotChange: await whyNotChangeable(ports, layout),
      ...contents,
    },
    certificates,
    watch,
  };
}

type Contents = Pick<TrustStore, 'bundle' | 'anchorDirectory' | 'localAnchors' | 'entries' | 'problems'> &
  Pick<StoreReading, 'certificates' | 'watch'>;

async function readContents(ports: TrustStorePorts, layout: P11Layout): Promise<Made<Contents>> {
  const { file: bundle, certificates: bundled } = await readBundle(ports, layout.bundle);
  const local = await readLocalAnchors(ports, layout);
  const sources = await readSources(ports, layout.sources);
  const hashed = await readHashedDirectory(ports, layout.hashed);
  const standings = judge(sources.tokens);
  const seen = seenBundle(bundle, { standings, sources });
  const entries = entriesOf(standings, seen);
  const compared = { standings, bundle: seen, hashed, hashedPath: layout.hashed, tool: layout.tool };
  const problems = [
    ...(bundle.state === 'missing' ? [] : disagreements(compared)),
    ...(await strayCopies(ports, layout.copies, bundle)),
    ...sources.problems.map((problem) => clip(problem, 512)),
  ];
  const watch = new Set([layout.bundle, ...local.directories, ...layout.copies, ...sources.watch]);
  return {
    value: {
      bundle,
      anchorDirectory: local.directories.length > 0 ? layout.anchors.path : null,
      localAnchors: local.anchors.filter((anchor) => !isReadme(anchor)),
      entries,
      problems: problems.slice(0, MAX_PROBLEMS),
      certificates: new Map([
        ...certificatesOf(standings, entries),
        ...[...bundled, ...local.certificates].map(({ sha256, der }) => [sha256, der] as const),
      ]),
      watch: [...watch],
    },
    paths: [...new Set([...watch, ...hashed.paths, ...local.anchors.map(({ path }) => path)])],
  };
}

/** Without the vendor's sources nothing can be said of where the bundle's anchors come from (an image that has the bundle alone). */
function seenBundle(
  bundle: TrustStore['bundle'],
  { standings, sources }: { standings: readonly P11Standing[]; sources: P11Sources },
): SeenBundle {
  const known = new Set(standings.map(({ sha256 }) => sha256));
  const vendor = sources.tokens.filter(({ origin }) => origin === 'vendor');
  const present = vendor.some(({ files }) => files.some(({ objects }) => objects.certificates.length > 0));
  return {
    path: bundle.path,
    anchors: new Set(bundle.anchors),
    foreign: present ? bundle.anchors.filter((anchor) => !known.has(anchor)) : [],
  };
}

/** The systems put one beside the anchors. */
function isReadme({ path, anchor }: LocalAnchor): boolean {
  return anchor === null && basename(path).toUpperCase().startsWith('README');
}
