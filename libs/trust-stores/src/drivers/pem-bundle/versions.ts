import type { StoreFileIdentity, TrustStorePorts } from '../../ports.ts';

/** How many earlier versions stay beside a bundle. */
const VERSIONS = 3;

/**
 * `<name>.trustfleet-1` is what the file was before the last change, -3 the oldest. Nothing reads files of such a name as anchors:
 * look-ups by hash want `<hash>.<number>`, `openssl rehash` .pem, .crt, .cer or .crl, update-ca-certificates .crt.
 */
export function versionPath(path: string, age: number): string {
  return `${path}.trustfleet-${age}`;
}

export interface Replacement {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of the file that is there; null for none. */
  readonly identity: StoreFileIdentity | null;
  /** What the file holds; null for none. */
  readonly before: Uint8Array | null;
  /** For a file that was not there. */
  readonly mode?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Atomic, with owner and mode of the file that is there, after its last versions moved one on. Whatever moment ends it, the file is
 * whole and its last version is one of those beside it. Gives the paths written.
 */
export async function replaceKeepingVersions(
  ports: TrustStorePorts,
  replacement: Replacement,
): Promise<string[]> {
  const { path, bytes, identity, before } = replacement;
  const options = {
    mode: replacement.mode ?? (identity === null ? 0o644 : identity.mode & 0o777),
    owner: ownerOf(ports, replacement),
  };
  const written =
    before === null || before.length === 0 ? [] : await rotate(ports, { path, before, options });
  await ports.writeFile(path, bytes, options);
  return [path, ...written];
}

/** Only root gives files away; what others write is theirs. */
function ownerOf(
  ports: TrustStorePorts,
  { owner, identity }: Replacement,
): { uid: number; gid: number } | undefined {
  if (ports.uid !== 0) return undefined;
  const wanted = owner ?? identity;
  return wanted === null ? undefined : { uid: wanted.uid, gid: wanted.gid };
}

async function rotate(
  ports: TrustStorePorts,
  from: { path: string; before: Uint8Array; options: Parameters<TrustStorePorts['writeFile']>[2] },
): Promise<string[]> {
  const versions: (Uint8Array | null)[] = [from.before];
  for (let age = 1; age < VERSIONS; age += 1)
    versions.push(await readVersion(ports, versionPath(from.path, age)));
  const [newest, last] = versions;
  // A change that was cut off after this: the file is still what the newest version holds.
  if (newest !== undefined && newest !== null && last != null && Buffer.from(newest).equals(last)) return [];
  const written: string[] = [];
  for (let age = VERSIONS; age >= 1; age -= 1) {
    const bytes = versions[age - 1];
    if (bytes === null || bytes === undefined) continue;
    await ports.writeFile(versionPath(from.path, age), bytes, from.options);
    written.push(versionPath(from.path, age));
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
