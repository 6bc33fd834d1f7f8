import type { PresentEntry } from '../../entry-store.ts';
import type { WindowsCertificate, WindowsStorePort } from '../../ports.ts';
import type { WindowsPlace } from './layout.ts';
import { byCertificate, standingOf } from './standing.ts';

/** Everything in a place, from whichever hand. Throws where it cannot be read; a store that nothing was ever put in is empty. */
export async function certificatesIn(
  windows: WindowsStorePort,
  { location, store, path }: WindowsPlace,
): Promise<readonly WindowsCertificate[]> {
  const reading = await windows.read(location, store);
  if (reading.state === 'read') return reading.certificates;
  if (reading.state === 'missing') return [];
  throw new Error(`${path} could not be read: ${reading.detail}`);
}

/** What an administrator can change: the machine's own registry store, all that limits and describes its certificates included. */
export async function ownEntries(
  windows: WindowsStorePort,
  place: WindowsPlace,
): Promise<ReadonlyMap<string, PresentEntry>> {
  const own = (await certificatesIn(windows, place)).filter(({ physical }) => physical === 'registry');
  return new Map(byCertificate(own).map(({ sha256, copies }) => [sha256, standingOf(place, copies[0])]));
}
