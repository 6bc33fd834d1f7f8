import { clip, type LocalAnchor } from '@trustfleet/protocol';
import { readBundle } from '../../bundle-file.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { HostDescription, StoreReading } from '../../types.ts';
import { UPDATE_TOOL, type DebianLayout } from './layout.ts';

const MAX_LOCAL_ANCHORS = 2000;
const MAX_DEPTH = 4;

export async function readStore(
  ports: TrustStorePorts,
  host: HostDescription,
  layout: DebianLayout,
): Promise<StoreReading> {
  const bundle = await readBundle(ports, layout.bundle);
  const local = await readLocalAnchors(ports, layout.anchorDirectory);
  const certificates = new Map<string, Uint8Array>();
  for (const { sha256, der } of [...bundle.certificates, ...local.certificates])
    certificates.set(sha256, der);
  const anchorDirectory = local.directories.length > 0 ? layout.anchorDirectory : null;
  return {
    store: {
      id: 'debian',
      driver: 'debian',
      operatingSystem: true,
      name: host.prettyName ?? 'Debian',
      bundle: bundle.file,
      anchorDirectory,
      localAnchors: local.anchors,
      cannotChange: await whyNotChangeable(ports, layout),
    },
    certificates,
    watch: [
      layout.bundle,
      layout.anchorDirectory,
      ...local.directories,
      ...local.anchors.map((anchor) => anchor.path),
    ],
  };
}

/** Tool present, directory present, root, and not a read-only image (trust-stores.md §6.7, lessons). Null when it can be changed. */
export async function whyNotChangeable(ports: TrustStorePorts, layout: DebianLayout): Promise<string | null> {
  if (!(await ports.isExecutable(UPDATE_TOOL)))
    return `${UPDATE_TOOL} is not there: install the package ca-certificates`;
  const listing = await ports.listDirectory(layout.anchorDirectory, { limit: 1 });
  if (listing.state !== 'listed')
    return `${layout.anchorDirectory} is not a directory that can be read: make it, owned by root`;
  const distrust = whyToolNotRun(await ports.inspectPath(UPDATE_TOOL));
  if (distrust !== null) return distrust;
  if (ports.uid !== 0) return 'The agent does not run as root, and only root can change this store';
  for (const directory of [layout.anchorDirectory, layout.linkDirectory])
    if (!(await ports.isWritable(directory)))
      return `${directory} cannot be written, even by root: it is missing or lies on a read-only file system, so change the image that it comes from`;
  return null;
}

/** security.md, "a local user": what others can change is not run as root. */
function whyToolNotRun(tool: Awaited<ReturnType<TrustStorePorts['inspectPath']>>): string | null {
  if (tool.writable !== null)
    return `${tool.writable} can be written by its group or by others, so ${UPDATE_TOOL} is not run: take those rights away`;
  // 65534: in a user namespace everything that real root owns shows as the overflow uid; a real `nobody` owns no system tool.
  const stranger = tool.owners.find((owner) => owner !== 65534);
  return stranger === undefined
    ? null
    : `${UPDATE_TOOL} can be changed by uid ${stranger}, so it is not run: give it back to root`;
}

interface LocalAnchors {
  readonly anchors: LocalAnchor[];
  readonly directories: string[];
  readonly certificates: { readonly sha256: string; readonly der: Uint8Array }[];
}

/** *.crt at any depth, as the tool itself takes them; one certificate a file. */
async function readLocalAnchors(ports: TrustStorePorts, root: string): Promise<LocalAnchors> {
  const found: LocalAnchors = { anchors: [], directories: [], certificates: [] };
  const files: string[] = [];
  const pending = [{ directory: root, depth: 0 }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { directory, depth } = next;
    const listing = await ports.listDirectory(directory, { limit: MAX_LOCAL_ANCHORS });
    if (listing.state !== 'listed') continue;
    found.directories.push(directory);
    for (const entry of listing.entries) {
      if (entry.kind === 'directory' && depth < MAX_DEPTH)
        pending.push({ directory: `${directory}/${entry.name}`, depth: depth + 1 });
      else if (entry.kind !== 'directory' && entry.name.endsWith('.crt'))
        files.push(`${directory}/${entry.name}`);
    }
    if (files.length >= MAX_LOCAL_ANCHORS) break;
  }
  for (const path of files.toSorted().slice(0, MAX_LOCAL_ANCHORS))
    await readLocalAnchor(ports, { path, found });
  return found;
}

async function readLocalAnchor(
  ports: TrustStorePorts,
  into: { path: string; found: LocalAnchors },
): Promise<void> {
  const { path, found } = into;
  const { file, certificates } = await readBundle(ports, path);
  found.certificates.push(...certificates);
  found.anchors.push({
    path,
    anchor: file.anchors[0] ?? null,
    problem: problemOf(file, certificates.length),
  });
}

const STATE_WORDS: Readonly<Record<string, string>> = {
  empty: 'is empty',
  der: 'is binary DER: update-ca-certificates takes only PEM',
  utf16: 'is UTF-16 text: update-ca-certificates takes only plain PEM',
  noCertificates: 'holds no certificate',
};

function problemOf(
  file: {
    path: string;
    state: string;
    detail: string | null;
    problems: readonly { line: number; reason: string }[];
  },
  count: number,
): string | null {
  if (file.detail !== null) return clip(file.detail, 512);
  const words = STATE_WORDS[file.state];
  if (words !== undefined) return clip(`It ${words}`, 512);
  const first = file.problems[0];
  if (first !== undefined) return clip(`line ${first.line}: ${first.reason}`, 512);
  return count > 1
    ? `holds ${count} certificates: one belongs in a file, so their links by subject hash lack all but the first`
    : null;
}
