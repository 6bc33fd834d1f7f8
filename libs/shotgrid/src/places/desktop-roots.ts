import type { Scan } from '../access/scan.ts';
import { createView } from '../access/view.ts';

/** Shotgun, ShotGrid and Flow Production Tracking, with or without a version behind (shotgrid.md §2.6). */
const DESKTOP = /^(Shotgun|ShotGrid|Flow Production Tracking)/i;
const MOST = 20;

/** Install roots of SG Desktop. */
export async function desktopRoots(scan: Scan): Promise<string[]> {
  const { join } = scan.paths;
  const found: string[] = [];
  for (const directory of applicationFolders(scan)) {
    const entries = (await createView(scan, null).list(directory)) ?? [];
    const names = entries.filter(({ name, kind }) => kind !== 'file' && DESKTOP.test(name));
    found.push(...names.map(({ name }) => join(directory, name)));
  }
  return found.slice(0, MOST);
}

function applicationFolders(scan: Scan): string[] {
  const { paths, root, options } = scan;
  if (scan.ports.platform === 'linux') return [paths.below(root, '/opt')];
  if (scan.ports.platform === 'macos') return [paths.below(root, '/Applications')];
  const { processEnv: environment } = options;
  const named = ['ProgramFiles', 'ProgramW6432', 'ProgramFiles(x86)'].flatMap(
    (name) => environment[name] ?? [],
  );
  return [...new Set([...named.filter((path) => paths.isAbsolute(path)), 'C:\\Program Files'])];
}
