import { basename } from 'node:path';
import { clip, type LocalAnchor } from '@trustfleet/protocol';
import { readBundle } from '../bundle-file.ts';
import { whyNotChangeable } from '../file-way/changeable.ts';
import { readLocalAnchors } from '../file-way/local-anchors.ts';
import type { TrustStorePorts } from '../ports.ts';
import type { HostDescription, StoreReading } from '../types.ts';
import { strayCopies } from '../bundle-copies.ts';
import { certificatesOf, entriesOf, staleness } from './entries.ts';
import { judge } from './judge.ts';
import type { P11Layout } from './layout.ts';
import { readSources } from './read-sources.ts';

/** As many as the protocol's `trustStore.problems` takes. */
const MAX_PROBLEMS = 64;

/** Bundle, local anchors, and what p11-kit's sources say beside them. */
export async function readP11Store(
  ports: TrustStorePorts,
  host: HostDescription,
  layout: P11Layout,
): Promise<StoreReading> {
  const bundle = await readBundle(ports, layout.bundle);
  const local = await readLocalAnchors(ports, layout);
  const sources = await readSources(ports, layout.sources);
  const standings = judge(sources.tokens);
  const inBundle = new Set(bundle.file.anchors);
  const entries = entriesOf(standings, inBundle);
  const stale =
    bundle.file.state === 'missing'
      ? null
      : staleness(standings, { path: layout.bundle, anchors: inBundle, tool: layout.tool });
  const problems = [
    ...(stale === null ? [] : [stale]),
    ...(await strayCopies(ports, layout.copies, bundle.file)),
    ...sources.problems.map((problem) => clip(problem, 512)),
  ];
  const localAnchors = local.anchors.filter((anchor) => !isReadme(anchor));
  return {
    store: {
      id: layout.driver,
      driver: layout.driver,
      operatingSystem: true,
      name: host.prettyName ?? layout.driver,
      bundle: bundle.file,
      anchorDirectory: local.directories.length > 0 ? layout.anchors.path : null,
      localAnchors,
      cannotChange: await whyNotChangeable(ports, layout),
      entries,
      problems: problems.slice(0, MAX_PROBLEMS),
    },
    certificates: new Map([
      ...certificatesOf(standings, entries),
      ...[...bundle.certificates, ...local.certificates].map(({ sha256, der }) => [sha256, der] as const),
    ]),
    watch: [
      ...new Set([layout.bundle, layout.anchors.path, layout.blocklist, ...layout.copies, ...sources.watch]),
    ],
  };
}

/** The systems put one beside the anchors. */
function isReadme({ path, anchor }: LocalAnchor): boolean {
  return anchor === null && basename(path).toUpperCase().startsWith('README');
}
