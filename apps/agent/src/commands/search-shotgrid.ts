import { resolve } from 'node:path';
import { createHost } from '@trustfleet/host';
import type { KnownSectionName, ShotgridSection } from '@trustfleet/protocol';
import { discoverShotgrid } from '@trustfleet/shotgrid';
import { CliError } from '@trustfleet/terminal';

/** `--search` as it is given: each must be there. Absolute. */
export async function searchedDirectories(given: readonly string[]): Promise<string[]> {
  const paths = given.map((path) => resolve(path));
  const found = await createHost().identify(paths);
  const wrong = paths.find((_, index) => found[index]?.kind !== 'directory');
  if (wrong === undefined) return paths;
  const missing = found[paths.indexOf(wrong)] === null;
  throw new CliError(`--search: ${wrong} ${missing ? 'does not exist' : 'is no directory'}.`, 2);
}

/** `--search` means: there and nowhere else, which only this section can. */
export function requireSearchable(only: KnownSectionName | undefined): void {
  if (only !== 'shotgrid')
    throw new CliError(
      '--search goes with --only shotgrid: it names the only directories that are looked at.',
      2,
    );
}

/** Copies of shotgun_api3 and Toolkit below these directories alone, read with the rights, and from the shares, of whoever asks. */
export async function searchShotgrid(search: readonly string[]): Promise<ShotgridSection> {
  const ports = { ...createHost(), canActAs: false };
  const { section } = await discoverShotgrid(ports, {
    processEnv: {},
    sites: [],
    search,
    readNetwork: search,
    onlyThese: true,
    timeLimitMs: 120_000,
  });
  return section;
}
