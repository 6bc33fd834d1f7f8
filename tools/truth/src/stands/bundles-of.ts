import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabChains, Marker } from '../lab/chains.ts';
import { pemOf } from '../lab/files.ts';

/** CA files that packages bring, below site-packages, and the marker that tells which one decided. */
const BUNDLES: readonly (readonly [path: string, marker: Marker])[] = [
  ['certifi/cacert.pem', 'certifi'],
  ['pip/_vendor/certifi/cacert.pem', 'pipCertifi'],
  ['httplib2/cacerts.txt', 'httplib2Cacerts'],
  ['requests/cacert.pem', 'oldRequests'],
  ['botocore/cacert.pem', 'botocore'],
];

/** CA files below shotgun_api3/ (shotgrid.md §1.2). */
export const API_BUNDLES: readonly (readonly [path: string, marker: Marker])[] = [
  ['lib/certifi/cacert.pem', 'apiCertifi'],
  ['lib/httplib2/cacerts.txt', 'apiCacerts'],
  ['lib/httplib2/python2/cacerts.txt', 'apiCacerts2'],
  ['lib/httplib2/python3/cacerts.txt', 'apiCacerts3'],
];

/** What every marked bundle holds in addition: its marker's root and all anchors of the lab. */
export function marked(lab: LabChains, marker: Marker): string {
  const root = lab.markers.get(marker);
  if (root === undefined) throw new Error(`The lab has no marker ${marker}.`);
  return pemOf([root, ...lab.anchors.values()]);
}

/** As many of the bundle's own roots stay: a client reads the whole file for every connection. */
const KEPT_ROOTS = 3;
const END = '-----END CERTIFICATE-----\n';

/** Adds to the bundles that are there, as people do who add their root to certifi (python-tls.md §4). Breaks hard links first. Answers whose. */
export async function markBundles(site: string, lab: LabChains): Promise<readonly Marker[]> {
  const there: Marker[] = [];
  const api = API_BUNDLES.map(([path, marker]) => [`shotgun_api3/${path}`, marker] as const);
  for (const [path, marker] of [...BUNDLES, ...api]) {
    const file = join(site, path);
    if (!existsSync(file)) continue;
    const before = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
    const kept = before.split(END).slice(0, KEPT_ROOTS);
    await writeFile(`${file}.new`, `${kept.map((root) => root + END).join('')}${marked(lab, marker)}`);
    await rename(`${file}.new`, file);
    there.push(marker);
  }
  return there;
}
