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
import { messageOf } from './cli-error.ts';
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

/** Reads the machine; what fails becomes a problem of the result, and its section keeps its last answer. Sections that are not asked for keep their last answer, or stay absent. */
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

/** A section that does not fit its contract is kept back, with a problem in its place; the others go on. */
function encode(sections: Partial<Inventory>, problems: string[]): Map<KnownSectionName, InventorySection> {
  const encoded = new Map<KnownSectionName, InventorySection>();
  for (const name of SECTION_NAMES) {
    if (sections[name] === undefined) continue;
    const parsed = sectionSchemas[name].safeParse(sections[name]);
    if (parsed.success) {
      const body = canonicalJson(parsed.data);
      encoded.set(name, { body, digest: sha256Hex(body) });
    } else {
      const issue = parsed.error.issues[0];
      problems.push(
        `The section ${name} cannot be reported: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      );
    }
  }
  return encoded;
}

/** The last answer of every collector. */
interface Memory {
  variables: VariablesResult | null;
  pythons: PythonsResult | null;
  sections: Partial<Inventory>;
  /** What could not be had at the last try, by section. */
  readonly problems: Map<KnownSectionName, readonly string[]>;
  readonly parts: Map<KnownSectionName, Part>;
}

/** One reader a section; each leaves what it found in `memory`. */
function createReaders(
  options: InventoryOptions,
  { memory, trustStores }: { memory: Memory; trustStores: TrustStores },
): Record<KnownSectionName, () => Promise<void>> {
  const { host, name: givenName } = options;
  const pythonOptions = { root: options.root, processEnv: options.processEnv };
  return {
    async system() {
      const { section, problems } = await readSystemFacts();
      memory.problems.set('system', problems);
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
      const { variables, pythons } = memory;
      // Half a list would look like a host without certifi.
      if (variables === null || pythons === null)
        throw new Error('variables or Python environments are not known');
      const bundles = await collectBundles(host, {
        variables: variables.variables,
        certifi: pythons.certifi,
      });
      memory.sections = { ...memory.sections, bundles: bundles.section };
      memory.parts.set('bundles', bundles);
    },
  };
}

/** Composes the collectors of libs/host, libs/trust-stores and libs/python. One scan at a time: the caller sees to it. */
export function createInventory(options: InventoryOptions): InventoryCollector {
  const trustStores = createTrustStores(withTiedPrograms(options.host), { root: options.root });
  const memory: Memory = {
    variables: null,
    pythons: null,
    sections: {},
    problems: new Map(),
    parts: new Map(),
  };
  const readers = createReaders(options, { memory, trustStores });
  const read = async (name: KnownSectionName): Promise<void> => {
    memory.problems.delete(name);
    try {
      await readers[name]();
    } catch (error) {
      memory.problems.set(name, [`The section ${name} could not be read: ${messageOf(error)}`]);
    }
  };
  return {
    trustStores,
    async collect(names) {
      const wanted = closure(names, new Set(memory.parts.keys()));
      const first = (['system', 'trustStores', 'variables', 'pythons'] as const).filter((section) =>
        wanted.has(section),
      );
      await Promise.all(first.map(read));
      if (wanted.has('bundles')) await read('bundles');
      return result(memory);
    },
  };
}

function result(memory: Memory): ScanResult {
  const parts = [...memory.parts.values()];
  const problems = [...memory.problems.values()].flat();
  return {
    sections: memory.sections,
    encoded: encode(memory.sections, problems),
    certificates: new Map(parts.flatMap((part) => [...(part.certificates ?? [])])),
    watch: [...new Set(parts.flatMap((part) => part.watch ?? []))].sort(),
    problems,
    scannedAt: new Date().toISOString(),
  };
}
