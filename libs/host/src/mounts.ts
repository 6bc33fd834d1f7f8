import { lstatSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { errorCode } from './errors.ts';
import { hostPlatform } from './platform.ts';
import { windowsNetworkShare, windowsShare } from './windows-files/share.ts';

/** One line of /proc/self/mountinfo (proc(5)), reduced to what matters here. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** What is mounted: `server:/export`, `//nas/share`, a device. Empty where the line does not say. */
  readonly source: string;
}
/** A network file system and what it shows: `server:/export`. */
export interface NetworkShare {
  readonly type: string;
  readonly export: string;
  /** Where it is mounted; null where it has no place of its own here (a UNC path). */
  readonly mount: string | null;
  /** What was asked for, below the export: `/` and parts divided by `/`. Null where that is not known. */
  readonly path: string | null;
}

/** File systems whose server may not answer. Any fuse but the local ones is a program of some user. */
const NETWORK = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  'afs',
  'ncpfs',
  '9p',
  'ceph',
  'glusterfs',
  'lustre',
  'beegfs',
  'gpfs',
  'pvfs2',
  'autofs',
  'fuse',
]);
/** Remembered as long as the table itself is: a scan asks for thousands of paths below a few directories. */
const MAX_PLAIN = 20_000;
const LOCAL_FUSE = new Set(['fuse.fuse-overlayfs']);

export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ');
    const point = left?.split(' ')[4];
    const [type, source = ''] = right?.split(' ') ?? [];
    return point === undefined || type === undefined
      ? []
      : [{ point: unescape(point), type, source: unescape(source) }];
  });
}

function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function isNetworkType(type: string): boolean {
  return NETWORK.has(type) || (type.startsWith('fuse.') && !LOCAL_FUSE.has(type));
}

/** Type of the file system that holds `path` by the table alone; the last mount on a point covers those before it. */
export function mountTypeOf(mounts: readonly Mount[], path: string): string | null {
  return mountOf(mounts, path)?.type ?? null;
}

function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    const inside = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`);
    if (inside && mount.point.length >= (best?.point.length ?? 0)) best = mount;
  }
  // The system itself runs on what is mounted at '/', so that does answer.
  return best === null || best.point === '/' ? null : best;
}

/** Type of the network file system on the way to `path`, else null. */
export function networkMount(path: string, mounts: readonly Mount[]): string | null {
  return networkShare(path, mounts)?.type ?? null;
}

/**
 * The network file system on the way to `path`, else null. Walks the symbolic links itself and asks the table before
 * each step, so that a share that does not answer is never touched.
 */
export function networkShare(
  path: string,
  mounts: readonly Mount[],
  plain: Set<string> = new Set(),
): NetworkShare | null {
  let current = resolve('/', path);
  for (let hops = 0; hops < 40; hops += 1) {
    const step = firstLinkOrShare(current, { mounts, plain });
    if (step.share !== undefined) return step.share;
    if (step.next === undefined) return null;
    current = step.next;
  }
  return null;
}

interface Seen {
  readonly mounts: readonly Mount[];
  /** Directories that are no links and lie on no share. */
  readonly plain: Set<string>;
}

function firstLinkOrShare(path: string, { mounts, plain }: Seen): { share?: NetworkShare; next?: string } {
  const parts = path.split('/').filter((part) => part !== '');
  let at = '/';
  for (const [index, part] of parts.entries()) {
    at = at === '/' ? `/${part}` : `${at}/${part}`;
    if (plain.has(at)) continue;
    const mount = mountOf(mounts, at);
    if (mount !== null && isNetworkType(mount.type))
      return {
        share: {
          ...{ type: mount.type, export: mount.source, mount: mount.point },
          path: belowOf([at, ...parts.slice(index + 1)].join('/').slice(mount.point.length)),
        },
      };
    const target = linkTarget(at);
    if (target === null) return {};
    if (target !== undefined) return { next: resolve(dirname(at), target, ...parts.slice(index + 1)) };
    if (index < parts.length - 1 && plain.size < MAX_PLAIN) plain.add(at);
  }
  return {};
}

/** The rest of a path as one that begins at the export: `.` and `..` are gone already. */
function belowOf(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * undefined: not a link. null: nothing there, or it cannot be looked at. At once: a scan asks thousands of times, each a few
 * microseconds, and what could make one wait is what the table was asked for before.
 */
function linkTarget(path: string): string | null | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return null;
    return stats.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EINVAL', 'ENAMETOOLONG'].includes(errorCode(error)))
      return null;
    throw error;
  }
}

/**
 * The mount table, read again at most every second. On a system without /proc there is none, and nothing counts as a share; Windows has
 * its own rules.
 */
export function createMountTable(): {
  networkMount(path: string): Promise<string | null>;
  networkShare(path: string): Promise<NetworkShare | null>;
} {
  if (hostPlatform() === 'windows')
    return {
      networkMount: (path) => windowsShare(path),
      networkShare: (path) => windowsNetworkShare(path),
    };
  let cached: { at: number; mounts: Mount[]; plain: Set<string> } | null = null;
  const shareOf = async (path: string): Promise<NetworkShare | null> => {
    if (!isAbsolute(path) || path.includes('\0')) return null;
    if (cached === null || Date.now() - cached.at > 1000)
      cached = { at: Date.now(), mounts: await readTable(), plain: new Set() };
    return networkShare(path, cached.mounts, cached.plain);
  };
  return {
    networkShare: shareOf,
    networkMount: async (path) => (await shareOf(path))?.type ?? null,
  };
}

async function readTable(): Promise<Mount[]> {
  try {
    return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
