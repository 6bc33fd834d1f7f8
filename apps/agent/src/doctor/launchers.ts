import { join } from 'node:path';
import type { Host } from '@trustfleet/host';
import { CA_VARIABLES, clip, TRUST_SETTINGS } from '@trustfleet/protocol';
import type { Environment } from '../environment.ts';

/** A variable that a product's own file sets for what it starts (failures.md §7.5). */
export interface LaunchedVariable {
  readonly name: (typeof CA_VARIABLES)[number] | (typeof TRUST_SETTINGS)[number];
  readonly value: string;
  /** e.g. `Maya 2024`: whose Python gets it. */
  readonly product: string;
  readonly file: string;
}

const MAX_BYTES = 256 * 1024;
const MAX_VERSIONS = 20;
/** `NAME = value`, with or without quotes; Maya.env and houdini.env have nothing else. */
const ASSIGNMENT = /^\s*([A-Z_][A-Z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*$/;

type Platform = Host['platform'];
interface Place {
  readonly directory: string;
  /** Its first group is the version. */
  readonly folder: RegExp;
  readonly file: string;
  readonly product: string;
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
  return [
    { directory: maya[platform], folder: /^(\d{4}(?:\.\d+)?)(?:-x64)?$/, file: 'Maya.env', product: 'Maya' },
    {
      directory: houdini[platform],
      folder: platform === 'macos' ? /^(\d+\.\d+)$/ : /^houdini(\d+\.\d+)$/,
      file: 'houdini.env',
      product: 'Houdini',
    },
  ];
}

/** CA variables and trust settings of `Maya.env` and `houdini.env` of whoever asks, with the rights of whoever asks. */
export async function launchedVariables(host: Host, env: Environment): Promise<LaunchedVariable[]> {
  const home = env['HOME'] ?? env['USERPROFILE'];
  if (home === undefined || home === '') return [];
  const found: LaunchedVariable[] = [];
  for (const place of placesOf(host.platform, home)) found.push(...(await inPlace(host, place)));
  return found;
}

async function inPlace(host: Host, { directory, folder, file, product }: Place): Promise<LaunchedVariable[]> {
  const listing = await host.listDirectory(directory);
  if (listing.state !== 'listed') return [];
  const versions = listing.entries.flatMap(({ name }) => {
    const version = folder.exec(name)?.[1];
    return version === undefined
      ? []
      : [{ path: join(directory, name, file), product: `${product} ${version}` }];
  });
  const found: LaunchedVariable[] = [];
  for (const { path, product: named } of versions.slice(0, MAX_VERSIONS)) {
    const read = await host.readFile(path, { maxBytes: MAX_BYTES });
    if (read.state !== 'read') continue;
    for (const assigned of assignmentsIn(Buffer.from(read.bytes).toString('utf8')))
      found.push({ ...assigned, product: named, file: path });
  }
  return found;
}

function assignmentsIn(text: string): Pick<LaunchedVariable, 'name' | 'value'>[] {
  const names = [...CA_VARIABLES, ...TRUST_SETTINGS];
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const [, written, double, single, bare] = ASSIGNMENT.exec(line) ?? [];
    const name = names.find((known) => known === written);
    if (name === undefined) return [];
    return [{ name, value: clip(double ?? single ?? bare ?? '', 4096) }];
  });
}

/** Does a context of these accounts concern that Python? One of a product's own file only the product's. */
export function concerns(
  launched: readonly LaunchedVariable[],
  { accounts, product }: { readonly accounts: readonly string[]; readonly product: string | null },
): boolean {
  const products = accounts.filter((account) => launched.some((one) => one.product === account));
  return products.length === 0 || products.some((one) => product?.startsWith(one) === true);
}
