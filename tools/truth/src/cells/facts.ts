import { randomUUID } from 'node:crypto';
import { createHost, type EndpointObservation } from '@trustfleet/host';
import { CA_VARIABLES, type EndpointsSection, TRUST_SETTINGS, type ClientOption } from '@trustfleet/protocol';
import { sha256Hex } from '@trustfleet/certificates';
import type { DiagnosisFacts } from '@trustfleet/diagnosis';
import {
  collectBundles,
  discoverPythons,
  type CollectedVariable,
  type PythonsResult,
} from '@trustfleet/python';
import { discoverShotgrid, type ShotgridResult } from '@trustfleet/shotgrid';
import { findingsOf, trustedFiles } from '../in-code.ts';
import type { Setting } from '../settings.ts';
import type { Plan, PlannedServer, PlannedStand } from '../world/plan.ts';

const LOOK_MS = 15_000;

/** What the agent's own collectors know of the laboratory. */
export interface Collected {
  /** Facts of one stand under one setting. */
  facts(stand: PlannedStand, setting: Setting): Promise<DiagnosisFacts>;
  /** Id of each server's endpoint. */
  readonly endpoints: ReadonlyMap<string, string>;
}

/** As many stands at a time as stay below the collectors' own limits of Pythons, directories and time. */
const BATCH = 12;
/** An interpreter of a busy laboratory answers later than one of a workstation. */
const INTERPRETER_MS = 60_000;

type Found = { readonly pythons: PythonsResult; readonly shotgrid: ShotgridResult };

/** A core alone: two bundle caches with the same core on one host would be one host's. */
function batchesOf(stands: readonly PlannedStand[]): readonly (readonly PlannedStand[])[] {
  const cores = stands.filter(({ wish }) => wish.core !== undefined);
  const others = stands.filter(({ wish }) => wish.core === undefined);
  const batches = Array.from({ length: Math.ceil(others.length / BATCH) }, (_, index) =>
    others.slice(index * BATCH, (index + 1) * BATCH),
  );
  return [...batches, ...cores.map((core) => [core])];
}

/** The real collectors over all stands, some at a time; by the stand's directory. */
async function discover(plan: Plan, note: (line: string) => void): Promise<ReadonlyMap<string, Found>> {
  const host = createHost();
  const found = new Map<string, Found>();
  let known: PythonsResult['known'] | undefined;
  for (const batch of batchesOf(plan.stands)) {
    const search = batch.map(({ directory }) => directory);
    const pythons = await discoverPythons(host, {
      ...{ processEnv: {}, path: '/nowhere', search, known },
      interpreterTimeoutMs: INTERPRETER_MS,
    });
    known = pythons.known;
    const mine = batch.map(({ python }) => python);
    const shotgrid = await discoverShotgrid(host, {
      processEnv: {},
      sites: pythons.sites.filter(({ python }) => mine.includes(python)),
      search,
      onlyThese: true,
      readNetwork: [],
    });
    for (const directory of search) found.set(directory, { pythons, shotgrid });
    note(`facts of ${found.size} of ${plan.stands.length} stands are collected`);
  }
  return found;
}

/** Runs the real collectors once over all stands, and looks at each server as the agent does. */
export async function collect(plan: Plan, note: (line: string) => void): Promise<Collected> {
  const host = createHost();
  const found = await discover(plan, note);
  const ders = new Map<string, Uint8Array>();
  const ids = new Map(plan.servers.map(({ id }) => [id, randomUUID()]));
  const look = { servers: plan.servers, ids, ders };
  const direct = await observe({ ...look, proxy: null });
  let through: Promise<EndpointsSection> | null = null;
  return {
    endpoints: ids,
    async facts(stand, setting) {
      const variables = variablesOf(environmentOf(setting, plan));
      if (setting.proxied === true) through ??= observe({ ...look, proxy: plan.proxy });
      const own = partOf(stand, found.get(stand.directory));
      const { inCode, pipCert } = setting;
      const bundles = await collectBundles(host, {
        variables: [...variables.collected, ...optionFiles(setting)],
        ...own.bundles,
        ...(inCode === undefined ? {} : { trustedInCode: trustedFiles(inCode) }),
      });
      return {
        platform: 'linux',
        sections: {
          pythons: { pythons: own.pythons },
          variables: {
            ...variables.section,
            ...(pipCert === undefined ? {} : { options: [pipOption(setting, pipCert)] }),
          },
          bundles: bundles.section,
          trustStores: { stores: [], problems: [] },
          shotgrid: own.shotgrid,
          endpoints: setting.proxied === true && through !== null ? await through : direct,
          ...(inCode === undefined
            ? {}
            : { code: { findings: [...findingsOf(inCode)], files: 1, problems: [] } }),
        },
        certificate: (sha256) => bundles.certificates.get(sha256) ?? ders.get(sha256) ?? null,
        now: new Date(),
        clockOffsetMs: 0,
      };
    },
  };
}

/** Variables of a setting as a process gets them. */
export function environmentOf(
  { variables, proxied }: Setting,
  { proxy }: Plan,
): Readonly<Record<string, string>> {
  return proxied === true ? { ...variables, HTTPS_PROXY: proxy } : variables;
}

function variablesOf(variables: Readonly<Record<string, string>>): {
  readonly section: DiagnosisFacts['sections']['variables'];
  readonly collected: readonly CollectedVariable[];
} {
  const set = Object.entries(variables).map(([name, value]) => ({
    name,
    scope: 'machine' as const,
    owner: null,
    value,
    source: '/etc/environment',
  }));
  const ca = set.flatMap((one) =>
    CA_VARIABLES.filter((name) => name === one.name).map((name) => ({ ...one, name })),
  );
  const settings = set.flatMap((one) =>
    TRUST_SETTINGS.filter((name) => name === one.name).map((name) => ({ ...one, name })),
  );
  return {
    section: { variables: ca, settings },
    collected: [...ca, ...settings.flatMap(asFile)].map((variable) => ({
      variable: variable as CollectedVariable['variable'],
      readAs: null,
    })),
  };
}

/** `cert` as it stands in pip's configuration file. */
function pipOption({ variables }: Setting, value: string): ClientOption {
  return {
    ...{ client: 'pip', name: 'cert', value, account: null, scope: 'variable', python: null },
    definedIn: variables['PIP_CONFIG_FILE'] ?? '',
  };
}

/** What an option names is read like what a variable names. */
function optionFiles({ pipCert }: Setting): readonly CollectedVariable[] {
  if (pipCert === undefined) return [];
  const variable = {
    name: 'PIP_CERT',
    scope: 'machine',
    owner: null,
    value: pipCert,
    source: 'pip.conf',
  } as const;
  return [{ variable, readAs: null }];
}

/** Settings that name a CA file are read as one too. */
function asFile<T extends { readonly name: string }>(setting: T): T[] {
  return ['AWS_CA_BUNDLE', 'GIT_SSL_CAINFO'].includes(setting.name) ? [setting] : [];
}

/** The part of what was found that is one stand's. */
function partOf(
  stand: PlannedStand,
  found: Found | undefined,
): {
  readonly pythons: DiagnosisFacts['sections']['pythons']['pythons'];
  readonly shotgrid: DiagnosisFacts['sections']['shotgrid'];
  readonly bundles: Pick<PythonsResult, 'certifi' | 'packageBundles' | 'defaults'> & {
    readonly shotgunApi: ShotgridResult['bundles'];
  };
} {
  if (found === undefined) throw new Error('A stand was not looked for.');
  const root = `${stand.directory}/`;
  const byPython = <T extends { readonly python: string }>(all: readonly T[]): T[] =>
    all.filter(({ python }) => python === stand.python);
  const inside = <T extends { readonly path: string }>(all: readonly T[]): T[] =>
    all.filter(({ path }) => path.startsWith(root));
  const { section } = found.shotgrid;
  return {
    pythons: found.pythons.section.pythons.filter(({ path }) => path === stand.python),
    shotgrid: {
      ...section,
      apis: inside(section.apis),
      cores: inside(section.cores),
      configurations: inside(section.configurations),
    },
    bundles: {
      certifi: byPython(found.pythons.certifi),
      packageBundles: byPython(found.pythons.packageBundles),
      defaults: byPython(found.pythons.defaults),
      shotgunApi: inside(found.shotgrid.bundles),
    },
  };
}

async function observe(of: {
  readonly servers: readonly PlannedServer[];
  readonly ids: ReadonlyMap<string, string>;
  readonly ders: Map<string, Uint8Array>;
  readonly proxy: string | null;
}): Promise<EndpointsSection> {
  const machine = createHost();
  const keep = ({ chain }: EndpointObservation): string[] =>
    chain.map((der) => {
      const sha256 = sha256Hex(der);
      of.ders.set(sha256, der);
      return sha256;
    });
  const endpoints = [];
  for (const { id, host, port } of of.servers) {
    const look = (serverName: string | null): Promise<EndpointObservation> =>
      machine.observeEndpoint({ host, port, serverName, proxy: of.proxy, timeoutMs: LOOK_MS });
    const named = await look(host);
    const chain = keep(named);
    const nameless = keep(await look(null));
    endpoints.push({
      id: of.ids.get(id) ?? '',
      host,
      port,
      network: named.network,
      detail: named.detail,
      proxy: named.proxy,
      chain,
      chainWithoutName: nameless.join() === chain.join() ? null : nameless,
      tls: named.tls,
      interception: null,
    });
  }
  return { endpoints, problems: [] };
}
