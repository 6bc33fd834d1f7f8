import { add, remove } from '../../file-way/change.ts';
import { whyNotChangeable } from '../../file-way/changeable.ts';
import type { FileWayLayout } from '../../file-way/layout.ts';
import { restore } from '../../file-way/restore.ts';
import { takeSnapshot } from '../../file-way/snapshot.ts';
import { readHashedDirectory } from '../../hashed-directory/read.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { failed } from '../../store-change.ts';
import type { ChangeOptions, StoreChange, StoreSnapshot } from '../../types.ts';
import { bundleId } from './layout.ts';
import { whyNotWritable, type Place } from './place.ts';

const OPENSSL = '/usr/bin/openssl';

/** A directory by subject hash is a store of files and a tool, like a system's (openssl-rehash(1)): it reads these four endings. */
function directoryLayout(path: string): FileWayLayout {
  return {
    ...{ driver: bundleId(path), bundle: path, extension: '.pem', takes: 'onePem' },
    anchors: {
      ...{ kind: 'directory', id: 'certificates', path, depth: 0 },
      reads: (name) => /\.(?:pem|crt|cer|crl)$/.test(name),
    },
    ...{ tool: OPENSSL, package: 'openssl', outputs: [], configuration: [], scratch: [] },
    commands: () => [[OPENSSL, 'rehash', path]],
  };
}

/** Null where a certificate can be put there and links by hash made of it. */
export async function whyNotDirectory(ports: TrustStorePorts, place: Place): Promise<string | null> {
  const refusal = await whyNotWritable(ports, place);
  return refusal ?? (await whyNotChangeable(ports, directoryLayout(place.path)));
}

export async function putInDirectory(
  ports: TrustStorePorts,
  place: Place,
  wanted: {
    readonly sha256: string;
    readonly der: Uint8Array | null;
    readonly options?: ChangeOptions | undefined;
  },
): Promise<StoreChange> {
  const { path } = place;
  const refusal = await whyNotWritable(ports, place);
  if (refusal !== null) return failed(refusal);
  const { sha256, der, options } = wanted;
  const { found } = await readHashedDirectory(ports, path);
  if (found.has(sha256) === (der !== null)) return { state: 'done', files: [], commands: [] };
  const changer = { ports, layout: directoryLayout(path) };
  const change = der === null ? await remove(changer, sha256, options) : await add(changer, der, options);
  if (change.state === 'failed' || der !== null) return change;
  const left = await readHashedDirectory(ports, path);
  if (!left.found.has(sha256)) return change;
  const { files, commands } = change;
  return failed(
    `${path} still holds it in a file that was put there by hand: delete that file, then run "openssl rehash" on the directory`,
    { files, commands },
  );
}

export async function entryOfDirectory(
  ports: TrustStorePorts,
  path: string,
  sha256: string,
): Promise<Uint8Array | null> {
  const { state, detail, found } = await readHashedDirectory(ports, path);
  if (state !== 'listed') throw new Error(detail ?? `${path} cannot be read`);
  return found.get(sha256) ?? null;
}

export function snapshotOfDirectory(ports: TrustStorePorts, path: string): Promise<StoreSnapshot> {
  return takeSnapshot(ports, directoryLayout(path));
}

export async function restoreDirectory(
  ports: TrustStorePorts,
  place: Place,
  snapshot: StoreSnapshot,
): Promise<StoreChange> {
  const refusal = await whyNotWritable(ports, place);
  if (refusal !== null) return failed(refusal);
  return await restore({ ports, layout: directoryLayout(place.path) }, snapshot);
}
