import type { SharedFrom } from '@trustfleet/protocol';

/** Where an object lies, in the terms of its file server. */
export interface SharedPlace {
  /** `nas:` (the path follows whole) or `//nas/tools`. */
  readonly source: string;
  /** Begins with `/`. */
  readonly path: string;
  /** First label of the server's name, or its address. */
  readonly server: string;
}

/** Their source is a name that means something on that machine alone: a tag of its hypervisor, a map of its automounter. */
const LOCAL_NAMES = new Set([
  '9p',
  'autofs',
  'drvfs',
  'virtiofs',
  'vboxsf',
  'prl_fs',
  'vmhgfs',
  'fuse.vmhgfs-fuse',
]);
const SMB = new Set(['cifs', 'smb3', 'smbfs', 'share', 'network drive']);
const LOOPBACK = /^(localhost(\..*)?|127(\.\d+){3}|::1|0:0:0:0:0:0:0:1)$/;

/**
 * Who counts as the same export, by what mount tables say of it; null where that cannot be said of two machines.
 *
 * - A server is the same when its name is the same but for case and a dot at the end. A short name, a full name, an address and a name
 *   of DFS may be one machine and are not taken for one: two sites have a `nas` each. `server` is what all but DFS and addresses agree
 *   in: a lease is taken for that, so that no two writers get at one object by two names.
 * - NFS (and whatever else says `server:/path`): what lies deeper is mounted deeper, so `nas:/vol` + `/tools` is `nas:/vol/tools` + `/`.
 *   Names differ by case. The file system's version does not matter.
 * - SMB: Linux says `//server/share/below`, Windows `\\server\share`: one form, in lower case, since the server tells no cases apart.
 * - NFS and SMB of one server are two: nothing says which share is which directory. Equal contents show it to people.
 * - Unicode: composed (NFC), as macOS says the same names decomposed.
 *
 * Not shared: what is exported by the machine itself (loopback), and names that mean something on one machine only.
 */
export function placeOfShared(shared: SharedFrom): SharedPlace | null {
  const type = shared.type.toLowerCase();
  const { path: below, export: source } = shared;
  if (below === undefined || LOCAL_NAMES.has(type)) return null;
  const written = source.normalize('NFC').replaceAll('\\', '/');
  const place = SMB.has(type) || written.startsWith('//') ? smb(written, below) : remote(written, below);
  return place === null || LOOPBACK.test(place.server) ? null : place;
}

function smb(written: string, below: string): SharedPlace | null {
  const [server, share, ...inside] = written.split('/').filter((part) => part !== '');
  if (server === undefined || share === undefined) return null;
  const name = serverName(server);
  return {
    source: `//${name}/${share.toLowerCase()}`,
    path: joined([...inside, ...below.split('/')]).toLowerCase(),
    server: firstLabel(name),
  };
}

/** `server:/path`, `[2001:db8::1]:/path`, `mon1,mon2:/path`, `user@server:/path`. */
function remote(written: string, below: string): SharedPlace | null {
  const [, server, inside] = /^([^/].*):(\/.*)$/.exec(written) ?? [];
  if (server === undefined || inside === undefined) return null;
  const name = serverName(server);
  return {
    source: `${name}:`,
    path: joined([...inside.split('/'), ...below.split('/')]),
    server: firstLabel(name.replace(/^.*@/, '')),
  };
}

function serverName(written: string): string {
  return written
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** Of an address: all of it. */
function firstLabel(name: string): string {
  return /^[\d.]+$|[:,]/.test(name) ? name : (name.split('.')[0] ?? name);
}

function joined(parts: readonly string[]): string {
  return `/${parts
    .map((part) => part.normalize('NFC'))
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}
