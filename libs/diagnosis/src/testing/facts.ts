import type {
  ClientOption,
  InventoryBundle,
  PythonEnvironment,
  PythonPackageName,
  ShotgunApi,
  ToolkitCore,
  ToolkitConfiguration,
  TrustStore,
} from '@trustfleet/protocol';
import type { Consumer } from '../consumer.ts';
import type { DiagnosisFacts, VariableContext } from '../facts.ts';

/** SHA-256 of an anchor by a short name, the same for the same name. */
export function anchor(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
}

/** A PEM file that loads, with these anchors. */
export function pem(path: string, ...names: readonly string[]): InventoryBundle {
  return {
    path,
    realPath: path,
    state: 'read',
    detail: null,
    sha256: anchor(`file ${path}`),
    size: 1000,
    anchors: names.map(anchor).toSorted(),
    problems: [],
    opensslAccepts: true,
    provenance: [{ kind: 'certifi', python: '/test', version: null }],
  };
}

/** The same in a state in which it gives nothing. */
export function bad(path: string, state: InventoryBundle['state'] | 'broken'): InventoryBundle {
  const file = { ...pem(path), opensslAccepts: false, sha256: null, anchors: [] };
  if (state !== 'broken') return { ...file, state };
  return { ...pem(path, 'Lost'), opensslAccepts: false, problems: [{ line: 9, reason: 'truncated' }] };
}

export function directory(path: string, ...names: readonly string[]): InventoryBundle {
  return { ...pem(path, ...names), form: 'directory', sha256: null, size: null };
}

export function store(id: string, bundle: InventoryBundle, more: Partial<TrustStore> = {}): TrustStore {
  const { path, realPath, state, detail, sha256, size, anchors, problems, opensslAccepts } = bundle;
  const file = { path, realPath, state, detail, sha256, size, anchors, problems, opensslAccepts };
  return {
    id,
    driver: id.split('.')[0] ?? id,
    operatingSystem: true,
    name: id,
    bundle: file,
    anchorDirectory: null,
    localAnchors: [],
    cannotChange: null,
    ...more,
  };
}

export const CAFILE = '/usr/lib/ssl/cert.pem';
export const CAPATH = '/usr/lib/ssl/certs';

/** Asked, with OpenSSL 3.0 and the default paths {@link CAFILE} and {@link CAPATH}. */
export function python(version: string, more: Partial<PythonEnvironment> = {}): PythonEnvironment {
  const strict = /^3\.1[3-9]/.test(version);
  return {
    path: `/opt/python${version}/bin/python`,
    realPath: null,
    kind: 'local',
    version,
    implementation: 'CPython',
    openssl: 'OpenSSL 3.0.19 27 Jan 2026',
    verifyPaths: { cafile: CAFILE, capath: CAPATH, opensslCafile: CAFILE, opensslCapath: CAPATH },
    ssl: {
      importError: null,
      versionInfo: [3, 0, 0, 19, 0],
      libressl: false,
      sni: true,
      strict,
      partialChain: strict,
      securityLevel: 2,
      contextClass: 'ssl.SSLContext',
      httpsVerifies: true,
    },
    hooks: [],
    packages: [],
    facts: 'run',
    notRunBecause: null,
    ...more,
  };
}

export function installed(
  name: PythonPackageName,
  version: string | null,
  bundle: string | null = null,
): PythonEnvironment['packages'][number] {
  return { name, version, location: `/site/${name}`, bundle };
}

/** Of the whole machine, e.g. `option('git http.sslVerify', 'false')`. */
export function option(
  named: `${ClientOption['client']} ${ClientOption['name']}`,
  value: string,
  more: Partial<ClientOption> = {},
): ClientOption {
  const [client, name] = named.split(' ') as [ClientOption['client'], ClientOption['name']];
  const definedIn = `/etc/${client}.conf`;
  return { client, name, value, definedIn, account: null, scope: 'machine', python: null, ...more };
}

/** A copy with every CA file that any era falls back on, each with an anchor named after it. */
export function api(version: string | null, more: Partial<ShotgunApi> = {}): ShotgunApi {
  const location = more.location ?? '/site/shotgun_api3';
  return {
    path: `${location}/shotgun.py`,
    location,
    form: 'pip',
    version,
    metadataVersion: version,
    sha256: null,
    bundles: OWN_FILES.map((below) => ({ path: `${location}/${below}`, sha256: null, certificates: 1 })),
    core: null,
    zipPython: null,
    inUse: true,
    shared: null,
    ...more,
  };
}
export const OWN_FILES = [
  'lib/certifi/cacert.pem',
  'lib/httplib2/cacerts.txt',
  'lib/httplib2/python2/cacerts.txt',
  'lib/httplib2/python3/cacerts.txt',
] as const;
export function ownBundles(location = '/site/shotgun_api3'): InventoryBundle[] {
  return OWN_FILES.map((below) => pem(`${location}/${below}`, below));
}

export function core(path: string, version: string, more: Partial<ToolkitCore> = {}): ToolkitCore {
  const location = path.replace(/\/info\.yml$/, '');
  return {
    ...{ path, location, version, kind: 'localized', apis: [], inUse: true, usedBy: [], shared: null },
    ...more,
  };
}

export interface TestFacts {
  readonly platform?: DiagnosisFacts['platform'];
  readonly pythons?: readonly PythonEnvironment[];
  readonly variables?: DiagnosisFacts['sections']['variables'];
  readonly bundles?: readonly InventoryBundle[];
  readonly stores?: readonly TrustStore[];
  readonly apis?: readonly ShotgunApi[];
  readonly cores?: readonly ToolkitCore[];
  readonly configurations?: readonly ToolkitConfiguration[];
  readonly options?: readonly ClientOption[];
}

const NOTHING = {
  platform: 'linux',
  pythons: [],
  bundles: [],
  stores: [],
  apis: [],
  cores: [],
  configurations: [],
} as const;

/** The default file holds the anchor "system", the default directory "directory". */
export function factsOf(given: TestFacts = {}): DiagnosisFacts {
  const all: Required<Omit<TestFacts, 'options'>> = { ...NOTHING, variables: { variables: [] }, ...given };
  const defaults = [pem(CAFILE, 'system'), directory(CAPATH, 'directory')];
  return {
    platform: all.platform,
    sections: {
      pythons: { pythons: [...all.pythons] },
      variables:
        given.options === undefined ? all.variables : { ...all.variables, options: [...given.options] },
      bundles: { bundles: [...all.bundles, ...defaults] },
      trustStores: { stores: [...all.stores] },
      shotgrid: {
        apis: [...all.apis],
        cores: [...all.cores],
        configurations: [...all.configurations],
        problems: [],
      },
      endpoints: { endpoints: [], problems: [] },
    },
    certificate: () => null,
    now: new Date('2026-11-22T00:00:00Z'),
    clockOffsetMs: 0,
  };
}

export function contextOf(
  values: Readonly<Record<string, string>>,
  accounts: readonly string[] = [],
): VariableContext {
  const entries = Object.entries(values).map(
    ([name, value]) => [name, { value, definedIn: '/etc/environment' }] as const,
  );
  return { accounts, values: new Map(entries) };
}

export function consumerOf(
  client: Consumer['client'],
  more: Partial<Omit<Consumer, 'client' | 'context'>> & {
    readonly set?: Readonly<Record<string, string>>;
  } = {},
): Consumer {
  return { client, python: more.python ?? null, api: more.api ?? null, context: contextOf(more.set ?? {}) };
}
