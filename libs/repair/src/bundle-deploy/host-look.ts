import { sha256Hex } from '@trustfleet/certificates';
import { keptBundlePath, type BundleHost, type KeptBundle } from '@trustfleet/remedies';
import type { FileAttributes } from '../guarded-files/ports.ts';
import type { BundleAccess } from './ports.ts';

const READABLE = 0o444;

/** By every program of the machine; Windows has no modes, what stands there follows its directory. */
const isReadable = (access: BundleAccess, { mode }: FileAttributes): boolean =>
  access.platform === 'windows' || (mode & READABLE) === READABLE;

export interface Standing {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly readable: boolean;
}

/** What stands at a path; null for nothing. */
export async function standingAt(access: BundleAccess, path: string): Promise<Standing | null> {
  const attributes = await access.attributes(path);
  const bytes = attributes === null ? null : await access.readFile(path);
  if (attributes === null || bytes === null) return null;
  return {
    bytes,
    sha256: sha256Hex(bytes),
    readable: attributes.plain && isReadable(access, attributes),
  };
}

/** The bytes of an earlier version, proved; null where they are not kept any more. */
export async function keptVersion(access: BundleAccess, sha256: string): Promise<Uint8Array | null> {
  const path = keptBundlePath(access.path, sha256);
  if ((await access.attributes(path))?.plain !== true) return null;
  const bytes = await access.readFile(path);
  return bytes !== null && sha256Hex(bytes) === sha256 ? bytes : null;
}

/** The directory may hold more of ours and of others': so many names are looked at. */
const MAX_NAMES = 200;

async function keptBundles(access: BundleAccess): Promise<KeptBundle[]> {
  const [before = '', after = ''] = keptBundlePath(access.path, ' '.repeat(16)).split(' '.repeat(16));
  const kept: KeptBundle[] = [];
  for (const path of (await access.listPlace()).slice(0, MAX_NAMES)) {
    const name =
      path.startsWith(before) && path.endsWith(after) ? path.slice(before.length, -after.length) : '';
    if (!/^[0-9a-f]{16}$/.test(name)) continue;
    const standing = await standingAt(access, path);
    if (standing?.sha256.startsWith(name) === true) kept.push({ path, sha256: standing.sha256 });
  }
  return kept;
}

/** The place of the union bundle as it is now. */
export async function lookAtPlace(access: BundleAccess): Promise<BundleHost> {
  const { path } = access;
  const problem = await problemAt(access);
  if (problem !== null) return { path, problem, current: null, kept: [] };
  const current = await standingAt(access, path);
  return { path, problem, current, kept: await keptBundles(access) };
}

async function problemAt(access: BundleAccess): Promise<string | null> {
  const place = await access.placeProblem();
  if (place !== null) return place;
  const attributes = await access.attributes(access.path);
  if (attributes === null || attributes.plain) return null;
  return `${access.path} is a link, a directory or something else than a plain file: it is not replaced. Move it away and try again.`;
}
