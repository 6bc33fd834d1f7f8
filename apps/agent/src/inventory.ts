import type { InventorySection } from '@trustfleet/agent-link';
import type { Host } from '@trustfleet/host';
import { readSystemFacts } from '@trustfleet/host';
import { SECTION_NAMES, sectionSchemas, type Inventory, type KnownSectionName } from '@trustfleet/protocol';
import {
  collectBundles,
  collectVariables,
  discoverPythons,
  type PythonFacts,
  type PythonsResult,
  type VariablesResult,
} from '@trustfleet/python';
import { canonicalJson, sha256Hex } from '@trustfleet/signing';
import { createTrustStores } from '@trustfleet/trust-stores';
import { messageOf } from '@trustfleet/terminal';
import {
  LastReadings,
  type InventoryCollector,
  type ScanResult,
  type SectionReading,
} from './scan-result.ts';
import { withTiedPrograms } from './tied-programs.ts';

/** Where the facts come from; `root` other than '/' looks at an image or a test's own tree. */
export interface InventoryOptions {
  readonly host: Host;
  readonly root: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Reported in place of the machine's own name; null for that. */
  readonly name: string | null;
}

/** What a look at some sections leaves for the next one, which may be another process's. JSON. */
export interface EarlierFacts {
  /** Null when no look at them has succeeded. */
  readonly variables: VariablesResult['variables'] | null;
  readonly certifi: PythonsResult['certifi'] | null;
  /** What else the Pythons left: other bundles, their sites, and what spares the next look its work. */
  readonly pythons?: Omit<PythonFacts, 'certifi'> | null;
}
export const NOTHING_KNOWN: EarlierFacts = { variables: null, certifi: null, pythons: null };

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

/** Sections that have to be read for the wanted ones: bundles follow from variables and Pythons. */
function closure(names: readonly KnownSectionName[], facts: EarlierFacts): Set<KnownSectionName> {
  const wanted = new Set(names);
  if (!wanted.has('bundles')) return wanted;
  if (facts.variables === null) wanted.add('variables');
  if (facts.certifi === null) wanted.add('pythons');
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

/** What a reader found. */
interface Found {
  readonly section: Inventory[KnownSectionName];
  readonly problems?: readonly string[];
  readonly certificates?: ReadonlyMap<string, Uint8Array>;
  readonly watch?: readonly string[];
}

/** One reader a section; two of them leave in `facts` what the bundles follow from. */
function createReaders(
  options: InventoryOptions,
  facts: { -readonly [name in keyof EarlierFacts]: EarlierFacts[name] },
): Record<KnownSectionName, () => Promise<Found>> {
  const { host, name: givenName } = options;
  const pythonOptions = { root: options.root, processEnv: options.processEnv };
  return {
    async system() {
      const { section, problems } = await readSystemFacts();
      return { section: givenName === null ? section : { ...section, hostname: givenName }, problems };
    },
    async trustStores() {
      const found = await createTrustStores(withTiedPrograms(host), { root: options.root }).collect();
      return { ...found, section: { stores: [...found.stores] } };
    },
    async variables() {
      const found = await collectVariables(host, pythonOptions);
      facts.variables = found.variables;
      return found;
    },
    async pythons() {
      const found = await discoverPythons(host, { ...pythonOptions, known: facts.pythons?.known });
      const { certifi, packageBundles, defaults, sites, known } = found;
      facts.certifi = certifi;
      facts.pythons = { packageBundles, defaults, sites, known };
      return found;
    },
    bundles() {
      const { variables, certifi } = facts;
      // Half a list would look like a host without certifi.
      if (variables === null || certifi === null)
        throw new Error('variables or Python environments are not known');
      return collectBundles(host, { variables, certifi, ...facts.pythons });
    },
  };
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

/** Composes the collectors of libs/host, libs/trust-stores and libs/python. Never rejects for what it finds. */
export async function readSections(
  options: InventoryOptions,
  { names, facts: earlier }: { readonly names: readonly KnownSectionName[]; readonly facts: EarlierFacts },
): Promise<SectionsRead> {
  const facts = { ...earlier };
  const readers = createReaders(options, facts);
  const wanted = closure(names, facts);
  const readings = new Map<KnownSectionName, LocalReading>();
  const read = async (name: KnownSectionName): Promise<void> => {
    readings.set(name, await readingOf(name, async () => readers[name]()));
  };
  const first = SECTION_NAMES.filter((name) => name !== 'bundles' && wanted.has(name));
  await Promise.all(first.map(read));
  if (wanted.has('bundles')) await read('bundles');
  // In one order, whichever ended first.
  const ordered = SECTION_NAMES.flatMap((name) => {
    const reading = readings.get(name);
    return reading === undefined ? [] : [[name, reading] as const];
  });
  return { readings: new Map(ordered), facts };
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
