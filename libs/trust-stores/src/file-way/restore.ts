import { dirname } from 'node:path';
import type { TrustStorePorts } from '../ports.ts';
import { failed, messageOf } from '../store-change.ts';
import type { ChangeOptions, StoreChange, StoreSnapshot } from '../types.ts';
import { change, HalfChanged, type Changer } from './change.ts';
import type { RestoredFile } from './layout.ts';
import { openSnapshot, type OpenedFile, type OpenedPlace } from './open-snapshot.ts';
import { walkPlace } from './places.ts';
import { MAX_PLACE_FILES, MAX_SNAPSHOT_BYTES } from './snapshot.ts';

/**
 * Makes the places equal to the snapshot and rebuilds. What was not there goes, but only what the tool would read; a link is deleted,
 * never followed. Done again after a crash it does the rest.
 */
export async function restore(
  changer: Changer,
  snapshot: StoreSnapshot,
  options: ChangeOptions = {},
): Promise<StoreChange> {
  const { layout } = changer;
  let places: readonly OpenedPlace[];
  try {
    places = openSnapshot(snapshot, layout);
  } catch (error) {
    return failed(messageOf(error));
  }
  return await change(changer, options, async () => {
    const changed: RestoredFile[] = [];
    try {
      for (const place of places) await restorePlace(changer.ports, place, changed);
    } catch (error) {
      throw new HalfChanged(
        messageOf(error),
        changed.map(({ path }) => path),
      );
    }
    return {
      files: changed.map(({ path }) => path),
      commands: [...(layout.beforeRebuild?.(changed) ?? []), ...layout.commands('remove')],
    };
  });
}

async function restorePlace(
  ports: TrustStorePorts,
  { place, files }: OpenedPlace,
  changed: RestoredFile[],
): Promise<void> {
  const wanted = new Set(files.map(({ path }) => path));
  const remove = async (path: string): Promise<void> => {
    const before = await readNow(ports, path);
    if (await ports.removeFile(path)) changed.push({ path, before, after: null });
  };
  if (place.kind === 'file') {
    if (files.length === 0) await remove(place.path);
    for (const file of files) await put(ports, file, changed);
    return;
  }
  const now = await walkPlace(ports, place, MAX_PLACE_FILES);
  const [gap] = now.gaps;
  if (gap !== undefined) throw new Error(`${place.path} cannot be read whole: ${gap}`);
  // Before anything is written: a path through one of them would lead elsewhere.
  for (const path of now.directoryLinks) await remove(path);
  for (const file of files) await put(ports, file, changed);
  for (const { path, kind } of now.files) if (!wanted.has(path) && kind !== 'other') await remove(path);
}

async function put(ports: TrustStorePorts, file: OpenedFile, changed: RestoredFile[]): Promise<void> {
  const { path, bytes, mode } = file;
  const [identity] = await ports.identify([path], { followLinks: false });
  const before = await readNow(ports, path);
  const same = identity?.kind === 'file' && (identity.mode & 0o777) === mode;
  if (same && before !== null && Buffer.from(bytes).equals(before)) return;
  await ports.makeDirectory(dirname(path));
  await ports.writeFile(path, bytes, { mode });
  changed.push({ path, before, after: bytes });
}

async function readNow(ports: TrustStorePorts, path: string): Promise<Uint8Array | null> {
  const read = await ports.readFile(path, { maxBytes: MAX_SNAPSHOT_BYTES });
  return read.state === 'read' ? read.bytes : null;
}
