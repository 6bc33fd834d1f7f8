import type { InventorySection } from '@trustfleet/agent-link';
import type { Host } from '@trustfleet/host';
import { readSystemFacts } from '@trustfleet/host';
import { SECTION_NAMES, sectionSchemas, type Inventory, type KnownSectionName } from '@trustfleet/protocol';
import {
  collectBundles,
  collectVariables,
  discoverPythons,
  type PythonsResult,
  type VariablesResult,
} from '@trustfleet/python';
import { canonicalJson, sha256Hex } from '@trustfleet/signing';
import { createTrustStores, type TrustStores } from '@trustfleet/trust-stores';
import { withTiedPrograms } from './tied-programs.ts';

/** Where the facts come from; `root` other than '/' looks at an image or a test's own tree. */
export interface InventoryOptions {
  readonly host: Host;
  readonly root: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Reported in place of the machine's own name; null for that. */
  readonly name: string | null;
}

/** Everything known after a scan. */
export interface ScanResult {
  readonly sections: Partial<Inventory>;
  /** Exact canonical bytes of each section and their digest. */
  readonly encoded: ReadonlyMap<KnownSectionName, InventorySection>;
  /** DER by SHA-256 of every certificate that the sections name. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  /** Files and directories whose change means: scan again. */
  readonly watch: readonly string[];
  /** Facts that could not be had, one sentence each. */
  readonly problems: readonly string[];
  readonly scannedAt: string;
}

interface Part {
  readonly certificates?: ReadonlyMap<string, Uint8Array>;
  readonly watch?: readonly string[];
}

/** Reads the machine. Sections that are not asked for keep their last answer, or stay absent. */
export interface InventoryCollector {
  readonly trustStores: TrustStores;
  collect(names: readonly KnownSectionName[]): Promise<ScanResult>;
}

/** Sections that a change of trust can change: read again after a job, without starting any interpreter. */
export const TRUST_SECTIONS: readonly KnownSectionName[] = ['trustStores', 'variables', 'bundles'];

/** Sections that have to be read for the wanted ones: bundles follow from variables and Pythons. */
function closure(
  names: readonly KnownSectionName[],
  known: ReadonlySet<KnownSectionName>,
): Set<KnownSectionName> {
  const wanted = new Set(names);
  if (!wanted.has('bundles')) return wanted;
  for (const source of ['variables', 'pythons'] as const) if (!known.has(source)) wanted.add(source);
  return wanted;
}

function encode(sections: Partial<Inventory>): Map<KnownSectionName, InventorySection> {
  const encoded = new Map<KnownSectionName, InventorySection>();
  for (const name of SECTION_NAMES) {
    const section = sections[name];
    if (section === undefined) continue;
    const body = canonicalJson(sectionSchemas[name].parse(section));
    encoded.set(name, { body, digest: sha256Hex(body) });
  }
  return encoded;
}

/** The last answer of every collector. */
interface Memory {
  variables: VariablesResult | null;
  pythons: PythonsResult | null;
  sections: Partial<Inventory>;
  problems: readonly string[];
  readonly parts: Map<KnownSectionName, Part>;
}

/** Composes the collectors of libs/host, libs/trust-stores and libs/python. One scan at a time: the caller sees to it. */
export function createInventory(options: InventoryOptions): InventoryCollector {
  const { host, name: givenName } = options;
  const trustStores = createTrustStores(withTiedPrograms(host), { root: options.root });
  const memory: Memory = { variables: null, pythons: null, sections: {}, problems: [], parts: new Map() };
  const pythonOptions = { root: options.root, processEnv: options.processEnv };
  const readers: Record<KnownSectionName, () => Promise<void>> = {
    async system() {
      const { section, problems } = await readSystemFacts();
      memory.problems = problems;
      memory.sections = {
        ...memory.sections,
        system: givenName === null ? section : { ...section, hostname: givenName },
      };
    },
    async trustStores() {
      const found = await trustStores.collect();
      memory.sections = { ...memory.sections, trustStores: { stores: [...found.stores] } };
      memory.parts.set('trustStores', found);
    },
    async variables() {
      memory.variables = await collectVariables(host, pythonOptions);
      memory.sections = { ...memory.sections, variables: memory.variables.section };
      memory.parts.set('variables', memory.variables);
    },
    async pythons() {
      memory.pythons = await discoverPythons(host, pythonOptions);
      memory.sections = { ...memory.sections, pythons: memory.pythons.section };
      memory.parts.set('pythons', memory.pythons);
    },
    async bundles() {
      const found = { variables: memory.variables?.variables ?? [], certifi: memory.pythons?.certifi ?? [] };
      const bundles = await collectBundles(host, found);
      memory.sections = { ...memory.sections, bundles: bundles.section };
      memory.parts.set('bundles', bundles);
    },
  };
  return {
    trustStores,
    async collect(names) {
      const wanted = closure(names, new Set(memory.parts.keys()));
      const first = (['system', 'trustStores', 'variables', 'pythons'] as const).filter((section) =>
        wanted.has(section),
      );
      await Promise.all(first.map((section) => readers[section]()));
      if (wanted.has('bundles')) await readers.bundles();
      return result(memory);
    },
  };
}

function result(memory: Memory): ScanResult {
  const parts = [...memory.parts.values()];
  return {
    sections: memory.sections,
    encoded: encode(memory.sections),
    certificates: new Map(parts.flatMap((part) => [...(part.certificates ?? [])])),
    watch: [...new Set(parts.flatMap((part) => part.watch ?? []))].sort(),
    problems: memory.problems,
    scannedAt: new Date().toISOString(),
  };
}
