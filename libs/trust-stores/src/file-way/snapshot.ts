import type { TrustStorePorts } from '../ports.ts';
import { SnapshotFailed, type StoreSnapshot } from '../types.ts';
import type { FileWayLayout, KeptPlace } from './layout.ts';
import { walkPlace } from './places.ts';

/** One kept file. */
export interface SnapshotFile {
  /** Below its place; empty for a place that is itself a file. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes, base64. */
  readonly content: string;
}

export interface SnapshotPlace {
  readonly id: string;
  readonly files: readonly SnapshotFile[];
}

/** `content` of a snapshot of a store that is changed by files: every place of the layout, with all its files. */
export interface FileWayContent {
  readonly places: readonly SnapshotPlace[];
}

/** Base64 makes 32 MiB of it, the limit of a snapshot's content. */
export const MAX_SNAPSHOT_BYTES = 23 * 1024 * 1024;
export const MAX_PLACE_FILES = 5000;

/** All files that the tool reads and an administrator may change, byte for byte. The bundle is not in it: the tool makes that anew. */
export async function takeSnapshot(ports: TrustStorePorts, layout: FileWayLayout): Promise<StoreSnapshot> {
  const budget = { left: MAX_SNAPSHOT_BYTES };
  const places: SnapshotPlace[] = [];
  for (const place of keptPlaces(layout))
    places.push({ id: place.id, files: await filesOf(ports, place, budget) });
  const content: FileWayContent = { places };
  return { format: 1, driver: layout.driver, id: layout.driver, content };
}

export function keptPlaces(layout: FileWayLayout): readonly KeptPlace[] {
  return [layout.anchors, ...layout.configuration];
}

async function filesOf(
  ports: TrustStorePorts,
  place: KeptPlace,
  budget: { left: number },
): Promise<SnapshotFile[]> {
  if (place.kind === 'file') {
    const file = await keepFile(ports, { name: '', path: place.path }, budget);
    return file === null ? [] : [file];
  }
  const { files, directoryLinks, gaps } = await walkPlace(ports, place, MAX_PLACE_FILES);
  const [gap] = gaps;
  if (gap !== undefined) throw new SnapshotFailed(`${place.path} cannot be read whole: ${gap}`);
  const link = directoryLinks[0] ?? files.find(({ kind }) => kind === 'link')?.path;
  if (link !== undefined)
    throw new SnapshotFailed(
      `${link} is a symbolic link, which a restore cannot bring back: put a copy in its place`,
    );
  const kept: SnapshotFile[] = [];
  for (const { name, path, kind } of files) {
    // No tool reads a FIFO or a socket, and neither do we.
    const file = kind === 'other' ? null : await keepFile(ports, { name, path }, budget);
    if (file !== null) kept.push(file);
  }
  return kept;
}

/** Null where there is no file (any more). */
async function keepFile(
  ports: TrustStorePorts,
  file: { name: string; path: string },
  budget: { left: number },
): Promise<SnapshotFile | null> {
  const { name, path } = file;
  const [identity] = await ports.identify([path], { followLinks: false });
  if (identity?.kind === 'link')
    throw new SnapshotFailed(
      `${path} is a symbolic link, which a restore cannot bring back: put a copy in its place`,
    );
  const read = await ports.readFile(path, { maxBytes: budget.left });
  if (read.state === 'missing') return null;
  if (read.state === 'tooLarge')
    throw new SnapshotFailed(
      `${path} does not fit: the files of a store may be ${MAX_SNAPSHOT_BYTES / 1024 / 1024} MiB together`,
    );
  if (read.state !== 'read') throw new SnapshotFailed(`${path} cannot be read: ${read.detail}`);
  budget.left -= read.bytes.length;
  return {
    name,
    mode: (identity?.mode ?? 0o644) & 0o777,
    content: Buffer.from(read.bytes).toString('base64'),
  };
}
