import { below, nameOf, parentOf } from '../paths.ts';
import { compare, type Reader, type Scan } from '../scan.ts';
import { patchLevel } from './patch-level.ts';
import type { VenvConfig } from './venv-config.ts';
import { windowsLayout } from './windows-layout.ts';

/** Where an interpreter's code lies, as far as files tell (getpath.c walks up from the program to lib/pythonX.Y/os.py; PEP 405 for venvs). */
export interface Layout {
  /** "3.11.7", or "3.11" where no file says more; null where none says anything. */
  readonly version: string | null;
  /** The standard library. */
  readonly library: string;
  /** Directories of packages, in the order in which they are imported; some may not exist. */
  readonly sites: readonly string[];
  /** The venv's own directory, or the installation's prefix. */
  readonly prefix: string;
}

const MAX_ANCESTORS = 8;

/** Null when no standard library is found where the program itself would look first. */
export async function findLayout(scan: Scan, program: LayoutOf): Promise<Layout | null> {
  if (scan.ports.platform === 'windows') return await windowsLayout(scan, program);
  const { realPath, venv, reader } = program;
  const base = await findBase(scan, {
    program: venv?.home ?? parentOf(realPath),
    name: nameOf(realPath),
    hint: venv?.version ?? null,
    reader,
  });
  if (base === null) return null;
  const { prefix, line, library } = base;
  const sites = sitesOf(scan, prefix, line);
  if (venv !== null) return ofVenv(venv, { ...base, sites });
  const header = `${prefix}/include/python${line}/patchlevel.h`;
  return { version: (await patchLevel(scan, { path: header, reader })) ?? line, library, sites, prefix };
}

export interface LayoutOf {
  readonly realPath: string;
  readonly venv: VenvConfig | null;
  readonly reader: Reader;
}

function ofVenv(venv: VenvConfig, base: Base & { readonly sites: readonly string[] }): Layout {
  const own = ['lib', 'lib64'].map((lib) => `${venv.directory}/${lib}/python${base.line}/site-packages`);
  return {
    version: venv.version ?? base.line,
    library: base.library,
    sites: venv.systemSites ? [...own, ...base.sites] : own,
    prefix: venv.directory,
  };
}

interface Base {
  readonly prefix: string;
  /** "3.11" */
  readonly line: string;
  readonly library: string;
}

interface Start {
  /** Directory of the program. */
  readonly program: string;
  readonly name: string;
  readonly hint: string | null;
  readonly reader: Reader;
}

async function findBase(scan: Scan, from: Start): Promise<Base | null> {
  const named = namedLine(from);
  let prefix = from.program;
  for (let level = 0; level < MAX_ANCESTORS && prefix !== '/'; level += 1) {
    for (const lib of [`${prefix}/lib`, `${prefix}/lib64`]) {
      const present = await librariesIn(scan, {
        lib,
        lines: named === null ? await linesIn(scan, lib, from.reader) : [named],
      });
      const [line] = present;
      // Two libraries and a program that does not say which is its own: not decided by guessing.
      if (line !== undefined && present.length === 1)
        return { prefix, line, library: `${lib}/python${line}` };
    }
    prefix = parentOf(prefix);
  }
  return null;
}

/** "3.11" where the program's name or the venv's configuration says so. */
function namedLine(from: Start): string | null {
  const byName = /^python(\d+\.\d+t?)$/.exec(from.name);
  const byVersion = /^(\d+\.\d+)/.exec(from.hint ?? '');
  return (byName ?? byVersion)?.[1] ?? null;
}

async function librariesIn(
  scan: Scan,
  where: { readonly lib: string; readonly lines: readonly string[] },
): Promise<string[]> {
  const present: string[] = [];
  for (const line of where.lines)
    if ((await scan.chain(`${where.lib}/python${line}/os.py`)).state === 'resolved') present.push(line);
  return present;
}

async function linesIn(scan: Scan, directory: string, reader: Reader): Promise<string[]> {
  const listing = await scan.list(directory, reader);
  if (listing.state !== 'listed') return [];
  return listing.entries
    .flatMap((entry) => /^python(\d+\.\d+t?)$/.exec(entry.name)?.[1] ?? [])
    .toSorted(compare);
}

/** Debian puts its packages in dist-packages, and below /usr/local those of pip (Debian's site.py). */
function sitesOf(scan: Scan, prefix: string, line: string): string[] {
  const major = line.split('.')[0] ?? '3';
  const sites = [
    `${prefix}/lib/python${line}/site-packages`,
    `${prefix}/lib64/python${line}/site-packages`,
    `${prefix}/lib/python${line}/dist-packages`,
  ];
  if (prefix !== below(scan.root, '/usr')) return sites;
  const local = below(scan.root, '/usr/local');
  return [
    ...[
      `${local}/lib/python${line}/dist-packages`,
      `${local}/lib/python${line}/site-packages`,
      `${local}/lib64/python${line}/site-packages`,
    ],
    ...sites,
    `${prefix}/lib/python${major}/dist-packages`,
  ];
}
