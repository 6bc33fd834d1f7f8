import type { InventorySection } from '@trustfleet/agent-link';
import { SECTION_NAMES, sectionSchemas, type Inventory, type KnownSectionName } from '@trustfleet/protocol';
import { canonicalJson, sha256Hex } from '@trustfleet/signing';
import { messageOf } from '@trustfleet/terminal';
import { NOTHING_KNOWN, type EarlierFacts } from './earlier-facts.ts';
import {
  LastReadings,
  type InventoryCollector,
  type ScanResult,
  type SectionReading,
} from './scan-result.ts';
import { NO_SCAN_SETTINGS, readScanSettings } from './scan-settings.ts';
import {
  FOLLOWS,
  READS,
  SECTION_READERS,
  type Found,
  type InventoryOptions,
  type ReadContext,
} from './section-readers.ts';

/** A section as it was read, before its contract has seen it. */
interface LocalReading extends SectionReading {
  readonly section: Inventory[KnownSectionName] | null;
}

export interface SectionsRead {
  /** Of the sections that were asked for, and of those that they follow from. */
  readonly readings: ReadonlyMap<KnownSectionName, LocalReading>;
  readonly facts: EarlierFacts;
}

/** As {@link ScanResult}, with the sections themselves. */
export interface LocalScanResult extends ScanResult {
  readonly sections: Partial<Inventory>;
}

const isKnown: { readonly [Name in KnownSectionName]?: (facts: EarlierFacts) => boolean } = {
  variables: (facts) => facts.variables !== null,
  pythons: (facts) => facts.certifi !== null,
  shotgrid: (facts) => (facts.shotgrid ?? null) !== null,
  code: (facts) => (facts.code ?? null) !== null,
};

/** Sections that have to be read for the wanted ones. */
function closure(names: readonly KnownSectionName[], facts: EarlierFacts): Set<KnownSectionName> {
  const wanted = new Set(names);
  // Grows while it is walked.
  for (const name of wanted) {
    for (const needed of READS[name] ?? []) wanted.add(needed);
    for (const needed of FOLLOWS[name] ?? []) if (isKnown[needed]?.(facts) !== true) wanted.add(needed);
  }
  return wanted;
}

/** A section that does not fit its contract is kept back, with a problem in its place; the others go on. */
function encode(
  name: KnownSectionName,
  section: Inventory[KnownSectionName],
): { readonly encoded: InventorySection | null; readonly problems: readonly string[] } {
  const parsed = sectionSchemas[name].safeParse(section);
  if (parsed.success) {
    const body = canonicalJson(parsed.data);
    return { encoded: { body, digest: sha256Hex(body) }, problems: [] };
  }
  const issue = parsed.error.issues[0];
  const where = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  return { encoded: null, problems: [`The section ${name} cannot be reported: ${where}`] };
}

async function readingOf(name: KnownSectionName, read: () => Promise<Found>): Promise<LocalReading> {
  try {
    const { section, problems = [], certificates = new Map(), watch = [] } = await read();
    const { encoded, problems: refused } = encode(name, section);
    return { section, encoded, failed: false, problems: [...problems, ...refused], certificates, watch };
  } catch (error) {
    const problems = [`The section ${name} could not be read: ${messageOf(error)}`];
    return { section: null, encoded: null, failed: true, problems, certificates: new Map(), watch: [] };
  }
}

/** Those that follow from no other are read at the same time, the others one after the other. */
const IN_TURN: readonly KnownSectionName[] = ['shotgrid', 'bundles', 'endpoints', 'verdicts'];

/** Composes the collectors of the libraries. Never rejects for what it finds. */
export async function readSections(
  options: InventoryOptions,
  { names, facts: earlier }: { readonly names: readonly KnownSectionName[]; readonly facts: EarlierFacts },
): Promise<SectionsRead> {
  const facts = { ...earlier };
  const readings = new Map<KnownSectionName, LocalReading>();
  const { settings, problem } = await settingsOf(options);
  const context: ReadContext = {
    ...{ options, settings, facts },
    ...whatWasRead(readings),
    judged: { result: null, round: names.includes('endpoints') },
  };
  const read = async (name: KnownSectionName): Promise<void> => {
    readings.set(name, await readingOf(name, () => SECTION_READERS[name](context)));
  };
  const wanted = closure(names, facts);
  const first = SECTION_NAMES.filter((name) => !IN_TURN.includes(name) && wanted.has(name));
  await Promise.all(first.map(read));
  const before = interpretersOf(facts);
  for (const name of IN_TURN.filter((one) => wanted.has(one))) {
    await read(name);
    // A configuration names a Python that was not looked at (shotgrid.md §2.2), which may have copies of its own.
    if (name === 'shotgrid' && interpretersOf(facts) !== before)
      for (const again of ['pythons', 'shotgrid'] as const) await read(again);
  }
  // In one order, whichever ended first.
  const ordered = SECTION_NAMES.flatMap((name) => {
    const reading = readings.get(name);
    return reading === undefined ? [] : [[name, reading] as const];
  });
  return { readings: withProblem(new Map(ordered), problem), facts };
}

function whatWasRead(
  readings: ReadonlyMap<KnownSectionName, LocalReading>,
): Pick<ReadContext, 'sections' | 'certificates'> {
  return {
    sections: () =>
      Object.fromEntries(
        [...readings].flatMap(([name, { section }]) => (section === null ? [] : [[name, section]])),
      ),
    certificates: () => new Map([...readings.values()].flatMap(({ certificates }) => [...certificates])),
  };
}

async function settingsOf({
  scanSettings,
  search = [],
}: InventoryOptions): ReturnType<typeof readScanSettings> {
  const read =
    scanSettings === null
      ? { settings: NO_SCAN_SETTINGS, problem: null }
      : await readScanSettings(scanSettings);
  return { ...read, settings: { ...read.settings, search: [...read.settings.search, ...search] } };
}

const interpretersOf = ({ shotgrid }: EarlierFacts): string => JSON.stringify(shotgrid?.interpreters ?? []);

/** What concerns no section is told once, with the first. */
function withProblem(
  readings: Map<KnownSectionName, LocalReading>,
  problem: string | null,
): Map<KnownSectionName, LocalReading> {
  const [first] = readings;
  if (problem === null || first === undefined) return readings;
  const [name, reading] = first;
  return readings.set(name, { ...reading, problems: [...reading.problems, problem] });
}

/** Reads in this process, and remembers. One scan at a time: the caller sees to it. */
export function createInventory(options: InventoryOptions): InventoryCollector<LocalScanResult> {
  const last = new LastReadings();
  let facts = NOTHING_KNOWN;
  let sections: Partial<Inventory> = {};
  return {
    async collect(names) {
      const read = await readSections(options, { names, facts });
      facts = read.facts;
      last.take(read.readings);
      for (const [name, { section }] of read.readings)
        if (section !== null) sections = { ...sections, [name]: section };
      return { ...last.result(new Date().toISOString()), sections };
    },
  };
}
