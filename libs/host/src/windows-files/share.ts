import { lstat, readlink } from 'node:fs/promises';
import { win32 } from 'node:path';
import { isAboutPath } from '../errors.ts';
import type { NetworkShare } from '../mounts.ts';
import { pathProblem } from '../path-problem.ts';

const MAX_LINKS = 40;

/** What the file system says of links; a test has its own. */
export interface LinkReader {
  /** Target of a link or junction; null for whatever is none, and for what is not there. */
  target(path: string): Promise<string | null>;
}

const links: LinkReader = {
  async target(path) {
    try {
      return (await lstat(path)).isSymbolicLink() ? await readlink(path) : null;
    } catch (error) {
      // Not found out is not "no link": it may be one to a share.
      if (!isAboutPath(error)) throw error;
      return null;
    }
  },
};

/**
 * `share` where `path`, or a link on the way, names a network share or a device, else null: looking at `\\server\share` makes this
 * account sign in there, which as SYSTEM is the machine's own. The links are followed here, one step at a time, so that no share is
 * touched. Not told apart: a drive letter that this account itself has mapped; a service has none.
 */
export async function windowsShare(path: string, reader: LinkReader = links): Promise<string | null> {
  return (await windowsNetworkShare(path, reader))?.type ?? null;
}

/** As {@link windowsShare}, with `\\server\share` as the export where the path, or the link that leads there, names one. */
export async function windowsNetworkShare(
  path: string,
  reader: LinkReader = links,
): Promise<NetworkShare | null> {
  let current = path;
  for (let hops = 0; hops < MAX_LINKS; hops += 1) {
    if (/^[\\/]{2}/.test(current)) return uncShare(current);
    if (pathProblem(current, 'windows') !== null) return null;
    const next = await firstLink(current, reader);
    if (next === null) return null;
    current = next;
  }
  return { type: 'too many links', export: '', mount: null, path: null };
}

/** `\\server\share\rest` and `\\?\UNC\server\share\rest`; whatever else begins so names a device. */
function uncShare(path: string): NetworkShare {
  const [server, share, ...rest] = path
    .replace(/^[\\/]{2}\?[\\/]UNC(?=[\\/])/i, '')
    .split(/[\\/]+/)
    .filter((part) => part !== '');
  const none = { type: 'share', export: '', mount: null, path: null };
  if (server === undefined || share === undefined || ['?', '.'].includes(server)) return none;
  return { ...none, export: `\\\\${server}\\${share}`, path: `/${rest.join('/')}` };
}

/** Where the path leads once its first link is followed; null when there is none. */
async function firstLink(path: string, reader: LinkReader): Promise<string | null> {
  const [drive = '', ...parts] = win32.normalize(path).split('\\');
  let at = `${drive}\\`;
  for (const [index, part] of parts.entries()) {
    if (part === '') continue;
    const folder = at;
    at = win32.join(at, part);
    const target = await reader.target(at);
    if (target !== null) return win32.resolve(folder, plainDrive(target), ...parts.slice(index + 1));
  }
  return null;
}

/** `\\?\C:\…` is `C:\…`, as the target of a junction may be written. */
const plainDrive = (target: string): string => target.replace(/^\\\\\?\\(?=[a-z]:\\)/i, '');
