import { clip, type ToolkitConfiguration } from '@trustfleet/protocol';

type CoreDescriptor = NonNullable<ToolkitConfiguration['core']>;

/** A Toolkit descriptor, whatever form it was written in (shotgrid.md §2.1, "by descriptor type"). */
export interface Descriptor {
  readonly type: string;
  /** All other keys; values as text. */
  readonly keys: ReadonlyMap<string, string>;
}

const PREFIX = 'sgtk:descriptor:';
const MAX_KEYS = 32;
const MAX_VALUE = 4096;
/** Keys of the table; what another one holds may be anything, and is not shown. */
const SHOWN = new Set([
  ...['name', 'version', 'label', 'path', 'branch', 'organization', 'repository', 'private'],
  ...['entity_type', 'field', 'id', 'project_id', 'windows_path', 'linux_path', 'mac_path'],
]);

/** Dict and URI form alike; null for what is neither. */
export function parseDescriptor(value: unknown): Descriptor | null {
  if (typeof value === 'string') return parseUri(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const keys = new Map<string, string>();
  for (const [key, held] of Object.entries(value).slice(0, MAX_KEYS)) {
    const text = textOf(held);
    if (text !== null) keys.set(key, text);
  }
  return descriptorOf(keys.get('type'), keys);
}

/** YAML reads `id: 456` as a number and `private: true` as a truth. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.slice(0, MAX_VALUE);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** `sgtk:descriptor:app_store?name=tk-core&version=v0.23.8`. */
function parseUri(uri: string): Descriptor | null {
  const text = uri.trim();
  if (!text.startsWith(PREFIX) || text.length > MAX_KEYS * MAX_VALUE) return null;
  const mark = text.indexOf('?');
  const type = text.slice(PREFIX.length, mark === -1 ? undefined : mark);
  const query = new URLSearchParams(mark === -1 ? '' : text.slice(mark + 1));
  return descriptorOf(type, new Map([...query].slice(0, MAX_KEYS)));
}

function descriptorOf(type: string | undefined, keys: ReadonlyMap<string, string>): Descriptor | null {
  if (type === undefined || !/^\w{1,64}$/.test(type)) return null;
  return { type, keys: new Map([...keys].filter(([key]) => key !== 'type')) };
}

/** The URI form, as Toolkit writes it (`uri_from_dict`): what is no URI character in percent. */
export function descriptorUri({ type, keys }: Descriptor): string {
  const query = [...keys].map(([key, value]) => `${quote(key)}=${quote(value)}`).join('&');
  return `${PREFIX}${type}${query === '' ? '' : `?${query}`}`;
}

/** Half of a surrogate pair has no percent form. */
function quote(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd')).replaceAll('%2F', '/');
}

/** `https://user:token@host` → `https://***@host`. */
function masked(key: string, value: string): string {
  if (!SHOWN.has(key)) return '***';
  return value.replaceAll(/(\w[\w+.-]*:\/\/)[^\s/@]+(?:@[^\s/@]*)*@/g, '$1***@');
}

/** As the wire has it: credentials and what unknown keys hold are masked. */
export function describeDescriptor(descriptor: Descriptor): CoreDescriptor {
  const { type } = descriptor;
  const keys = new Map([...descriptor.keys].map(([key, value]) => [key, masked(key, value)]));
  const shown = (text: string | null | undefined): string | null =>
    text === undefined || text === null || text === '' ? null : clip(text, 512);
  return {
    type,
    name: shown(keys.get('name') ?? keys.get('repository') ?? baseName(keys.get('path'), type)),
    version: shown(keys.get('version')),
    text: clip(descriptorUri({ type, keys }), 512),
  };
}

function baseName(path: string | undefined, type: string): string | null {
  return path !== undefined && type.startsWith('git') ? (/([^/\\]+)[/\\]*$/.exec(path)?.[1] ?? null) : null;
}

/** `path` and `dev` are used in place: the path for this system, not expanded; null for every other type. */
export function placeOf({ type, keys }: Descriptor, platform: 'linux' | 'windows' | 'macos'): string | null {
  if (type !== 'path' && type !== 'dev') return null;
  const own = { linux: 'linux_path', windows: 'windows_path', macos: 'mac_path' }[platform];
  return keys.get(own) ?? keys.get('path') ?? null;
}

/**
 * Folders below a bundle cache, the last one being the version; null for a type that is used in place, and where a key is missing or
 * would lead elsewhere. The version is null where the newest of the folder's children is meant, or holds `x` (`v1.x.x`).
 */
export function cacheFolders(
  descriptor: Descriptor,
  site: string | null,
): { readonly folders: readonly string[]; readonly version: string | null } | null {
  const { type, keys } = descriptor;
  const version = keys.get('version') ?? null;
  const path = baseName(keys.get('path'), 'git') ?? undefined;
  const places: Readonly<Record<string, readonly (string | undefined)[]>> = {
    app_store: ['app_store', keys.get('name')],
    git: ['git', path],
    git_branch: ['gitbranch', path],
    github_release: ['github', keys.get('organization'), keys.get('repository')],
    shotgun: ['sg', site === null ? undefined : siteFolder(site)],
    manual: ['manual', keys.get('name')],
  };
  const folders = places[type];
  if (folders === undefined || !folders.every(isFolderName)) return null;
  const folder = version === null ? null : versionFolder(type, version);
  return folder !== null && !isFolderName(folder) ? null : { folders, version: folder };
}

function versionFolder(type: string, version: string): string {
  if (type === 'git_branch') return version.slice(0, 7);
  return type === 'shotgun' ? `v${version}` : version;
}

function isFolderName(name: string | undefined): name is string {
  return name !== undefined && /^[^/\\\0]{1,255}$/.test(name) && name !== '.' && name !== '..';
}

/** Host without the vendor's domains (shotgrid.md §2.1, "Site folder name"). */
export function siteFolder(host: string): string {
  return host.replace(/\.(shotgunstudio\.com|shotgrid\.autodesk\.com)$/, '');
}
