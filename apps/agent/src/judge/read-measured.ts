import { sectionSchemas, type Inventory, type KnownSectionName } from '@trustfleet/protocol';
import { canonicalJson, sha256Hex } from '@trustfleet/signing';
import { NOTHING_KNOWN } from '../earlier-facts.ts';
import { readSections } from '../inventory.ts';
import type { SectionReading } from '../scan-result.ts';
import type { InventoryOptions } from '../section-readers.ts';
import { judgeNow } from './judge-now.ts';

/** Sections that a verdict follows from. */
export const MEASURED = ['variables', 'pythons', 'trustStores', 'shotgrid', 'code', 'bundles'] as const;

/** Which points are worth a handshake: ids of trust source and endpoint; null for all. */
export type MeasuredPoints = readonly string[] | null;

/**
 * Reads what programs trust and shakes hands for each of them at once, whatever the schedule of scans says: for a job, which a person
 * ordered. Answers what a scan of the same sections would.
 */
export async function readMeasured(
  inventory: InventoryOptions,
  points: MeasuredPoints,
): Promise<{ readonly readings: ReadonlyMap<KnownSectionName, SectionReading>; readonly facts: null }> {
  const { host, root, processEnv, endpoints: orders } = inventory;
  const { ROOT_CATALOGUE: catalogue } = await import('@trustfleet/certificates/catalogue');
  const read = await readSections(inventory, { names: MEASURED, facts: NOTHING_KNOWN });
  const sections = Object.fromEntries(
    [...read.readings].flatMap(([name, { section }]) => (section === null ? [] : [[name, section]])),
  ) as Partial<Inventory>;
  const judged = await judgeNow({
    ...{ host, catalogue, sections, endpoints: orders.configured, collect: { root, processEnv } },
    certificates: new Map([...read.readings.values()].flatMap(({ certificates }) => [...certificates])),
    ...{ probe: true, relevant: () => true, asCaller: false, wallClock: new Date() },
    clockOffsetMs: orders.clockOffsetMs,
    only: points === null ? null : new Set(points),
    onProgress: () => undefined,
  });
  const readings = new Map<KnownSectionName, SectionReading>(read.readings);
  readings.set('endpoints', readingOf('endpoints', judged.endpoints, judged.certificates));
  readings.set('verdicts', readingOf('verdicts', judged.verdicts, new Map()));
  return { readings, facts: null };
}

function readingOf<Name extends 'endpoints' | 'verdicts'>(
  name: Name,
  section: Inventory[Name],
  certificates: ReadonlyMap<string, Uint8Array>,
): SectionReading {
  const body = canonicalJson(sectionSchemas[name].parse(section));
  const encoded = { body, digest: sha256Hex(body) };
  return { encoded, failed: false, problems: [], certificates, watch: [] };
}
