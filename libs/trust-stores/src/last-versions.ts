import type { StoreAccount, TrustStorePorts } from './ports.ts';

/** How many earlier versions stay beside a file. */
const VERSIONS = 3;

/**
 * `<name>.trustfleet-1` is what the file was before the last change, -3 the oldest. Nothing reads files of such a name as anchors:
 * look-ups by hash want `<hash>.<number>`, `openssl rehash` .pem, .crt, .cer or .crl, update-ca-certificates .crt.
 */
function versionPath(path: string, age: number): string {
  return `${path}.trustfleet-${age}`;
}

export interface KeptVersion {
  readonly path: string;
  /** What the file holds now. */
  readonly before: Uint8Array;
  /** Those of the file: a version is as private as it was. */
  readonly options: { readonly mode: number; readonly owner: StoreAccount | undefined };
}

/**
 * To be called before a file is replaced: the versions beside it move one on, what it holds becomes the newest. At whatever moment a
 * crash ends it, what the file held is in the file or in a version. Gives the paths written.
 */
export async function keepVersion(ports: TrustStorePorts, kept: KeptVersion): Promise<string[]> {
  const newest = await readVersion(ports, versionPath(kept.path, 1));
  // A change that was cut off after this: the file is still what the newest version holds.
  if (newest !== null && Buffer.from(kept.before).equals(newest)) return [];
  const versions = [kept.before, newest];
  for (let age = 2; age < VERSIONS; age += 1)
    versions.push(await readVersion(ports, versionPath(kept.path, age)));
  const written: string[] = [];
  for (const [index, bytes] of [...versions.entries()].toReversed()) {
    if (bytes === null) continue;
    const path = versionPath(kept.path, index + 1);
    await ports.writeFile(path, bytes, kept.options);
    written.push(path);
  }
  return written;
}

/** Null for what is not there, and for what is no file of ours (a link, say). */
async function readVersion(ports: TrustStorePorts, path: string): Promise<Uint8Array | null> {
  const [identity] = await ports.identify([path], { followLinks: false });
  if (identity?.kind !== 'file') return null;
  const read = await ports.readFile(path);
  return read.state === 'read' ? read.bytes : null;
}
