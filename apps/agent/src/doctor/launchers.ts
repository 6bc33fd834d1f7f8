import { join } from 'node:path';
import type { Host } from '@trustfleet/host';
import type { CA_VARIABLES, TRUST_SETTINGS } from '@trustfleet/protocol';
import type { Environment } from '../environment.ts';
import {
  readEnvironmentFile,
  readHoudiniPackage,
  readNukeStart,
  type ReadLauncher,
} from './launcher-files.ts';

/** A variable that a product's own file sets for what it starts (failures.md §7.5). */
export interface LaunchedVariable {
  readonly name: (typeof CA_VARIABLES)[number] | (typeof TRUST_SETTINGS)[number];
  readonly value: string;
  /** e.g. `Maya 2024`, or `Nuke` where it is for every version: whose Python gets it. */
  readonly product: string;
  readonly file: string;
}

const MAX_BYTES = 256 * 1024;
const MAX_VERSIONS = 20;
const MAX_FILES = 100;

type Platform = Host['platform'];
interface Place {
  readonly directory: string;
  /** Its first group is the version; null where `directory` itself holds the files, for every version. */
  readonly folder: RegExp | null;
  /** Below the folder. */
  readonly below: string;
  readonly file: RegExp;
  readonly product: string;
  readonly read: ReadLauncher;
}

function placesOf(platform: Platform, home: string): Place[] {
  const documents = join(home, 'Documents');
  const preferences = join(home, 'Library', 'Preferences');
  const maya = {
    windows: join(documents, 'maya'),
    macos: join(preferences, 'Autodesk', 'maya'),
    linux: join(home, 'maya'),
  };
  const houdini = { windows: documents, macos: join(preferences, 'houdini'), linux: home };
  const ofHoudini = {
    directory: houdini[platform],
    folder: platform === 'macos' ? /^(\d+\.\d+)$/ : /^houdini(\d+\.\d+)$/,
    product: 'Houdini',
  };
  return [
    {
      ...{ directory: maya[platform], folder: /^(\d{4}(?:\.\d+)?)(?:-x64)?$/, product: 'Maya', below: '' },
      ...{ file: /^Maya\.env$/, read: readEnvironmentFile },
    },
    { ...ofHoudini, below: '', file: /^houdini\.env$/, read: readEnvironmentFile },
    // Packages are read after houdini.env, in the order of their names.
    { ...ofHoudini, below: 'packages', file: /\.json$/i, read: readHoudiniPackage },
    {
      ...{ directory: join(home, '.nuke'), folder: null, product: 'Nuke', below: '' },
      // init.py runs first, menu.py with the window alone.
      ...{ file: /^(?:init|menu)\.py$/, read: readNukeStart },
    },
  ];
}

/** CA variables and trust settings that products' own files set for whoever asks, read with the rights of whoever asks. */
export async function launchedVariables(host: Host, env: Environment): Promise<LaunchedVariable[]> {
  const home = env['HOME'] ?? env['USERPROFILE'];
  if (home === undefined || home === '') return [];
  const found: LaunchedVariable[] = [];
  for (const place of placesOf(host.platform, home)) found.push(...(await inPlace(host, place)));
  return lastOfEach(found);
}

async function inPlace(host: Host, place: Place): Promise<LaunchedVariable[]> {
  const found: LaunchedVariable[] = [];
  for (const { directory, product } of await foldersOf(host, place)) {
    const names = (await namesIn(host, join(directory, place.below))).filter((name) => place.file.test(name));
    for (const name of names.toSorted().slice(0, MAX_FILES)) {
      const file = join(directory, place.below, name);
      const read = await host.readFile(file, { maxBytes: MAX_BYTES });
      if (read.state !== 'read') continue;
      for (const assigned of place.read(Buffer.from(read.bytes).toString('utf8')))
        found.push({ ...assigned, product, file });
    }
  }
  return found;
}

async function foldersOf(
  host: Host,
  { directory, folder, product }: Place,
): Promise<{ readonly directory: string; readonly product: string }[]> {
  if (folder === null) return [{ directory, product }];
  const names = await namesIn(host, directory);
  return names
    .flatMap((name) => {
      const version = folder.exec(name)?.[1];
      return version === undefined
        ? []
        : [{ directory: join(directory, name), product: `${product} ${version}` }];
    })
    .slice(0, MAX_VERSIONS);
}

async function namesIn(host: Host, directory: string): Promise<string[]> {
  const listing = await host.listDirectory(directory);
  return listing.state === 'listed' ? listing.entries.map(({ name }) => name) : [];
}

/** A later file of a product sets a variable anew. */
function lastOfEach(found: readonly LaunchedVariable[]): LaunchedVariable[] {
  return [...new Map(found.map((one) => [`${one.product}\0${one.name}`, one])).values()];
}

/** Does a context of these accounts concern that Python? One of a product's own file only the product's. */
export function concerns(
  launched: readonly LaunchedVariable[],
  { accounts, product }: { readonly accounts: readonly string[]; readonly product: string | null },
): boolean {
  const products = accounts.filter((account) => launched.some((one) => one.product === account));
  return products.length === 0 || products.some((one) => product?.startsWith(one) === true);
}
