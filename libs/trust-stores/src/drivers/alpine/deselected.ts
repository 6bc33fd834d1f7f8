import type { StoreEntry } from '@trustfleet/protocol';
import { readBundle } from '../../bundle-file.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { AlpineLayout } from './layout.ts';

/** As many lines as are looked at; a configuration has some 150. */
const MAX_LINES = 2000;

export interface Deselected {
  readonly entries: readonly StoreEntry[];
  readonly certificates: readonly (readonly [string, Uint8Array])[];
}

/** What the system ships and its configuration leaves out with a `!`, unless the bundle has it from elsewhere. Sorted by digest. */
export async function readDeselected(
  ports: TrustStorePorts,
  layout: AlpineLayout,
  inBundle: ReadonlySet<string>,
): Promise<Deselected> {
  const read = await ports.readFile(layout.conf);
  if (read.state !== 'read') return { entries: [], certificates: [] };
  const found = new Map<string, { entry: StoreEntry; der: Uint8Array }>();
  for (const name of deselectedNames(read.bytes)) {
    const path = `${layout.vendorDirectory}/${name}`;
    const { certificates } = await readBundle(ports, path);
    for (const { sha256, der } of certificates) {
      if (inBundle.has(sha256)) continue;
      const entry: StoreEntry = {
        anchor: sha256,
        trust: 'deselected',
        origin: 'vendor',
        name: null,
        location: path,
        purposes: null,
      };
      found.set(sha256, { entry, der });
    }
  }
  const sorted = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    entries: sorted.map(([, { entry }]) => entry),
    certificates: sorted.map(([sha256, { der }]) => [sha256, der] as const),
  };
}

/** Never out of the vendor's directory, whatever the line says. */
function deselectedNames(bytes: Uint8Array): string[] {
  return Buffer.from(bytes)
    .toString('latin1')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1).trim())
    .filter((name) => name !== '' && !name.split('/').includes('..'))
    .slice(0, MAX_LINES);
}
