import { readSystemFactsAgain, type Host } from '@trustfleet/host';
import type { Inventory, KnownSectionName } from '@trustfleet/protocol';
import { collectBundles, collectCode, collectVariables, discoverPythons } from '@trustfleet/python';
import { createShotgridDiscovery } from '@trustfleet/shotgrid';
import { createTrustStores } from '@trustfleet/trust-stores';
import { shellVariables, type Shell } from './doctor/shell-variables.ts';
import type { FactsInHand } from './earlier-facts.ts';
import type { EndpointOrders } from './judge/endpoint-facts.ts';
import { judgeHost, type Judged } from './judge/judge-host.ts';
import type { ScanSettings } from './scan-settings.ts';
import { shotgridVariables } from './shotgrid-variables.ts';
import { withTiedPrograms } from './tied-programs.ts';

/** Where the facts come from; `root` other than '/' looks at an image or a test's own tree. */
export interface InventoryOptions {
  readonly host: Host;
  readonly root: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Reported in place of the machine's own name; null for that. */
  readonly name: string | null;
  /** Where `scan.json` lies; null: nothing beyond the known places is looked at. */
  readonly scanSettings: string | null;
  /** What people configured at the server; nothing else is ever reached for. */
  readonly endpoints: EndpointOrders;
  /** Directories to search beside those of `scan.json`. */
  readonly search?: readonly string[];
  /** Its variables are all that counts: the shell that somebody stands in. */
  readonly shell?: Shell;
}

/** What a reader found. */
export interface Found {
  readonly section: Inventory[KnownSectionName];
  readonly problems?: readonly string[];
  readonly certificates?: ReadonlyMap<string, Uint8Array>;
  readonly watch?: readonly string[];
}

/** What a reader may use; it leaves in `facts` what others, and the next scan, follow from. */
export interface ReadContext {
  readonly options: InventoryOptions;
  readonly settings: ScanSettings;
  readonly facts: FactsInHand;
  /** What was read in this scan before. */
  readonly sections: () => Partial<Inventory>;
  readonly certificates: () => ReadonlyMap<string, Uint8Array>;
  /** The two sections that are made together; made once a scan. `round`: shake hands where the schedule says so. */
  readonly judged: { result: Promise<Judged> | null; readonly round: boolean };
}

export type SectionReader = (context: ReadContext) => Promise<Found>;

const collectOptions = ({ options, settings }: ReadContext) => ({
  root: options.root,
  processEnv: options.processEnv,
  readNetwork: settings.readNetwork,
});

/** One reader a section. Each may ask for what those of {@link FOLLOWS} left. */
export const SECTION_READERS: Record<KnownSectionName, SectionReader> = {
  async system({ options: { name }, facts }) {
    const { section, problems, known } = await readSystemFactsAgain(facts.system ?? null);
    facts.system = known;
    return { section: name === null ? section : { ...section, hostname: name }, problems };
  },
  async trustStores({ options: { host, root } }) {
    const found = await createTrustStores(withTiedPrograms(host), { root }).collect();
    return { ...found, section: { stores: [...found.stores] } };
  },
  async variables(context) {
    const { host, shell } = context.options;
    const collected = await collectVariables(host, collectOptions(context));
    const found = shell === undefined ? collected : shellVariables(shell, collected.options);
    context.facts.variables = found.variables;
    context.facts.settings = found.section.settings;
    context.facts.options = found.options;
    return found;
  },
  async pythons(context) {
    const { facts, options, settings } = context;
    const found = await discoverPythons(options.host, {
      ...collectOptions(context),
      search: settings.search,
      products: settings.products,
      interpreters: facts.shotgrid?.interpreters ?? [],
      known: facts.pythons?.known,
    });
    const { certifi, packageBundles, defaults, sites, options: inEnvironments, known } = found;
    facts.certifi = certifi;
    facts.pythons = { packageBundles, defaults, sites, options: inEnvironments, known };
    return found;
  },
  async code({ facts, options, settings }) {
    const { ROOT_CATALOGUE: catalogue } = await import('@trustfleet/certificates/catalogue');
    const { code: roots, readNetwork } = settings;
    const found = await collectCode(options.host, { roots, readNetwork, catalogue, root: options.root });
    facts.code = { trusted: found.trusted };
    return found;
  },
  async shotgrid(context) {
    const { facts, options, settings } = context;
    const discovery = createShotgridDiscovery(options.host, facts.shotgrid?.memory);
    const found = await discovery.discover({
      ...collectOptions(context),
      sites: facts.pythons?.sites ?? [],
      search: settings.search,
      variables: await shotgridVariables(options, facts.settings ?? []),
    });
    const { bundles, interpreters } = found;
    facts.shotgrid = { bundles, interpreters, memory: discovery.memory() };
    return found;
  },
  bundles(context) {
    const { variables, certifi, pythons, shotgrid, code } = context.facts;
    // Half a list would look like a host without certifi.
    if (variables === null || certifi === null)
      throw new Error('variables or Python environments are not known');
    const { packageBundles, defaults } = pythons ?? {};
    return collectBundles(context.options.host, {
      ...{ variables, certifi, packageBundles, defaults },
      shotgunApi: shotgrid?.bundles,
      trustedInCode: code?.trusted,
      options: [...(context.facts.options ?? []), ...(pythons?.options ?? [])],
      readNetwork: context.settings.readNetwork,
    });
  },
  async endpoints(context) {
    const { endpoints: section, certificates } = await judge(context);
    return { section, certificates };
  },
  async verdicts(context) {
    return { section: (await judge(context)).verdicts };
  },
};

function judge(context: ReadContext): Promise<Judged> {
  context.judged.result ??= judgeNow(context);
  return context.judged.result;
}

async function judgeNow(context: ReadContext): Promise<Judged> {
  const { facts, options } = context;
  const { ROOT_CATALOGUE: catalogue } = await import('@trustfleet/certificates/catalogue');
  const judged = await judgeHost({
    host: options.host,
    collect: collectOptions(context),
    catalogue,
    sections: context.sections(),
    certificates: context.certificates(),
    orders: options.endpoints,
    known: facts.endpoints ?? null,
    round: context.judged.round,
    wallClock: new Date(),
    random: Math.random(),
  });
  facts.endpoints = judged.facts;
  return judged;
}

type Following = { readonly [Name in KnownSectionName]?: readonly KnownSectionName[] };

/** Sections whose facts a reader needs, and does without where they are known from an earlier scan. */
export const FOLLOWS: Following = {
  shotgrid: ['variables', 'pythons'],
  bundles: ['variables', 'pythons', 'shotgrid', 'code'],
};

const JUDGED: readonly KnownSectionName[] = [
  ...(['trustStores', 'variables', 'pythons', 'shotgrid', 'code', 'bundles'] as const),
];
/** Sections that a reader needs as they are now; of Pythons and copies that have not changed nothing is opened again. */
export const READS: Following = { endpoints: JUDGED, verdicts: JUDGED };
