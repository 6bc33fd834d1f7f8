import { parentOf } from '../paths.ts';
import type { Reader, Scan } from '../scan.ts';
import type { Layout, LayoutOf } from './layout.ts';
import { patchLevel } from './patch-level.ts';
import type { VenvConfig } from './venv-config.ts';

/** `Lib\os.py` beside the program, in a `Python` beside it (Maya, 3ds Max), or one above. */
export async function windowsLayout(scan: Scan, program: LayoutOf): Promise<Layout | null> {
  const { venv, reader } = program;
  const start = venv?.home ?? parentOf(program.realPath);
  for (const prefix of [start, `${start}/Python`, parentOf(start), `${parentOf(start)}/Python`]) {
    if ((await scan.chain(`${prefix}/Lib/os.py`)).state !== 'resolved') continue;
    return await layoutAt(scan, { prefix, start, venv, reader });
  }
  return null;
}

async function layoutAt(
  scan: Scan,
  {
    prefix,
    start,
    venv,
    reader,
  }: {
    readonly prefix: string;
    readonly start: string;
    readonly venv: VenvConfig | null;
    readonly reader: Reader;
  },
): Promise<Layout> {
  const base = `${prefix}/Lib/site-packages`;
  const version =
    venv?.version ??
    (await patchLevel(scan, { path: `${prefix}/include/patchlevel.h`, reader })) ??
    (await libraryLine(scan, { directories: [prefix, start], reader }));
  const library = `${prefix}/Lib`;
  if (venv === null) return { version, library, sites: [base], prefix };
  const own = `${venv.directory}/Lib/site-packages`;
  return { version, library, sites: venv.systemSites ? [own, base] : [own], prefix: venv.directory };
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
