import { below, isAbsolutePath, nameOf, parentOf } from '../paths.ts';
import { compare, type Reader, type Scan } from '../scan.ts';

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

/** pyvenv.cfg beside or above the program. */
export interface VenvConfig {
  readonly directory: string;
  readonly home: string | null;
  readonly version: string | null;
  readonly systemSites: boolean;
}

const MAX_ANCESTORS = 8;

export async function readVenvConfig(scan: Scan, path: string, reader: Reader): Promise<VenvConfig | null> {
  const bin = parentOf(path);
  for (const directory of [bin, parentOf(bin)]) {
    const read = await scan.read(`${directory}/pyvenv.cfg`, { reader, maxBytes: 64 * 1024 });
    if (read.state === 'read') return parseVenvConfig(directory, Buffer.from(read.bytes).toString('utf8'));
  }
  return null;
}

export function parseVenvConfig(directory: string, text: string): VenvConfig {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  const written = values.get('home') ?? '';
  const home = /^[a-z]:\\/i.test(written) ? written.replaceAll('\\', '/') : written;
  // venv writes `version = 3.11.7`, virtualenv and uv `version_info = 3.11.7.final.0`.
  const version =
    /^\d+\.\d+(\.\d+)?/.exec(values.get('version') ?? values.get('version_info') ?? '')?.[0] ?? null;
  return {
    directory,
    home: isAbsolutePath(home) ? home.slice(0, 4096) : null,
    version,
    systemSites: values.get('include-system-site-packages')?.toLowerCase() === 'true',
  };
}

/** Null when no standard library is found where the program itself would look first. */
export async function findLayout(
  scan: Scan,
  program: { realPath: string; venv: VenvConfig | null; reader: Reader },
): Promise<Layout | null> {
  if (scan.ports.platform === 'windows') return await windowsLayout(scan, program);
  const { realPath, venv } = program;
  const name = nameOf(realPath);
  const base = await findBase(scan, {
    program: venv?.home ?? parentOf(realPath),
    name,
    hint: venv?.version ?? null,
    reader: program.reader,
  });
  if (base === null) return null;
  const baseSites = sitesOf(scan, base.prefix, base.line);
  if (venv === null)
    return {
      version:
        (await patchLevel(scan, {
          path: `${base.prefix}/include/python${base.line}/patchlevel.h`,
          reader: program.reader,
        })) ?? base.line,
      library: base.library,
      sites: baseSites,
      prefix: base.prefix,
    };
  const own = ['lib', 'lib64'].map((lib) => `${venv.directory}/${lib}/python${base.line}/site-packages`);
  return {
    version: venv.version ?? base.line,
    library: base.library,
    sites: venv.systemSites ? [...own, ...baseSites] : own,
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

/** `#define PY_VERSION "3.11.7"` where the headers are installed. */
async function patchLevel(
  scan: Scan,
  { path, reader }: { readonly path: string; readonly reader: Reader },
): Promise<string | null> {
  const read = await scan.read(path, { reader, maxBytes: 64 * 1024 });
  if (read.state !== 'read') return null;
  return (
    /^#define\s+PY_VERSION\s+"(\d[^"]{0,60})"/m.exec(Buffer.from(read.bytes).toString('utf8'))?.[1] ?? null
  );
}

/** `Lib\os.py` beside the program, in a `Python` beside it (Maya, 3ds Max), or one above. */
async function windowsLayout(
  scan: Scan,
  program: { realPath: string; venv: VenvConfig | null; reader: Reader },
): Promise<Layout | null> {
  const { venv, reader } = program;
  const start = venv?.home ?? parentOf(program.realPath);
  for (const prefix of [start, `${start}/Python`, parentOf(start), `${parentOf(start)}/Python`]) {
    if ((await scan.chain(`${prefix}/Lib/os.py`)).state !== 'resolved') continue;
    const own = `${venv?.directory ?? prefix}/Lib/site-packages`;
    const version =
      venv?.version ??
      (await patchLevel(scan, { path: `${prefix}/include/patchlevel.h`, reader })) ??
      (await libraryLine(scan, { directories: [prefix, start], reader }));
    return {
      version,
      library: `${prefix}/Lib`,
      sites: venv?.systemSites === true ? [own, `${prefix}/Lib/site-packages`] : [own],
      prefix: venv?.directory ?? prefix,
    };
  }
  return null;
}

/** "3.11" of `python311.dll`. */
async function libraryLine(
  scan: Scan,
  { directories, reader }: { readonly directories: readonly string[]; readonly reader: Reader },
): Promise<string | null> {
  for (const directory of directories) {
    const listing = await scan.list(directory, reader);
    for (const { name } of listing.state === 'listed' ? listing.entries : []) {
      const [, major, minor] = /^python(\d)(\d{1,2})\.dll$/i.exec(name) ?? [];
      if (major !== undefined && minor !== undefined) return `${major}.${minor}`;
    }
  }
  return null;
}
