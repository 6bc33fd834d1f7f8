import { clip, type StartUpHook } from '@trustfleet/protocol';
import { isAbsolutePath, withoutSlash } from '../paths.ts';
import { compare } from '../scan.ts';
import { MAX_SITES, openSite, type Site, type SiteReader } from './site.ts';

const MAX_PTH = 50;
const MAX_PTH_BYTES = 256 * 1024;
const MAX_HOOKS = 64;
const CUSTOMIZE = ['sitecustomize', 'usercustomize'];

/** Directories that hold packages, and code that runs at every start. */
export interface Sites {
  readonly directories: readonly string[];
  readonly hooks: readonly StartUpHook[];
}

/** `sites` and what `.pth` files and eggs add to them (site.py, addpackage), after the site that names them. */
export async function expandSites(
  on: SiteReader,
  from: { readonly sites: readonly string[]; readonly library: string | null },
): Promise<Sites> {
  const all: string[] = [];
  const hooks = new Map<string, StartUpHook>();
  const take = (found: readonly StartUpHook[]): void => {
    for (const hook of found) if (hooks.size < MAX_HOOKS) hooks.set(hook.path, hook);
  };
  // A venv's lib64 is a link to its lib (PEP 405): the same directory would count twice.
  const entered = new Set<string>();
  for (const directory of from.sites) {
    if (all.length >= MAX_SITES) break;
    const real = (await on.scan.chain(directory)).realPath ?? directory;
    if (entered.has(real)) continue;
    entered.add(real);
    all.push(directory);
    const site = await openSite(on, directory);
    if (site === null) continue;
    const added = await additions(on, site);
    all.push(...added.directories);
    take(added.hooks);
    take(await customize(on, site));
  }
  const library = from.library === null ? null : await openSite(on, from.library);
  if (library !== null) take(await customize(on, library));
  return {
    directories: [...new Set(all)].slice(0, MAX_SITES),
    hooks: [...hooks.values()].toSorted((a, b) => compare(a.path, b.path)),
  };
}

async function additions(on: SiteReader, site: Site): Promise<Sites> {
  const found = [...site.names]
    .filter((name) => name.endsWith('.egg'))
    .map((name) => `${site.directory}/${name}`);
  const hooks: StartUpHook[] = [];
  const files = [...site.names].filter((name) => name.endsWith('.pth')).toSorted(compare);
  for (const name of files.slice(0, MAX_PTH)) {
    const path = `${site.directory}/${name}`;
    const text = await textOf(on, { site, path });
    if (text === null) continue;
    const lines = text.split(/\r?\n/);
    for (const line of lines) found.push(...pathLine(site.directory, line.trimEnd()));
    const code = lines.filter((line) => IMPORT.test(line));
    if (code.length > 0) hooks.push({ path: clip(path, 4096), effect: effectOf(code.join('\n')) });
  }
  return { directories: [...new Set(found)].toSorted(compare), hooks };
}

async function customize(on: SiteReader, site: Site): Promise<StartUpHook[]> {
  const hooks: StartUpHook[] = [];
  for (const name of CUSTOMIZE) {
    const file = [`${name}.py`, `${name}/__init__.py`].find((one) => site.names.has(one.split('/')[0] ?? ''));
    if (file === undefined) continue;
    const path = `${site.directory}/${file}`;
    const text = await textOf(on, { site, path });
    if (text !== null) hooks.push({ path: clip(path, 4096), effect: effectOf(text) });
  }
  return hooks;
}

async function textOf(
  on: SiteReader,
  { site, path }: { readonly site: Site; readonly path: string },
): Promise<string | null> {
  const read = await on.scan.read(path, { reader: site.reader, maxBytes: MAX_PTH_BYTES });
  return read.state === 'read' ? Buffer.from(read.bytes).toString('utf8') : null;
}

/** What site.py executes. */
const IMPORT = /^import[ \t]/;

/** What it does to the trust store, as far as its text tells (python-tls.md §4, "Patching packages"). */
function effectOf(code: string): StartUpHook['effect'] {
  const said = code.replaceAll(/^\s*#.*$/gm, '');
  if (/\bpip_system_certs\b/.test(said)) return 'pipSystemCerts';
  if (/\bcertifi_win32\b/.test(said)) return 'certifiWin32';
  return /\btruststore\b/.test(said) ? 'truststore' : 'other';
}

function pathLine(directory: string, line: string): string[] {
  if (line === '' || line.startsWith('#') || IMPORT.test(line) || line.includes('\0')) return [];
  const written = /^[a-z]:\\/i.test(line) ? line.replaceAll('\\', '/') : line;
  const path = isAbsolutePath(written) ? written : `${directory}/${written.replace(/^\.[\\/]/, '')}`;
  return [clip(withoutSlash(path), 4096)];
}
