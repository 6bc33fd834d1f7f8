import type { ClientName } from '@trustfleet/protocol';
import { clientsTold, type InCode } from './in-code.ts';
import type { Marker } from './lab/chains.ts';
import type { LabFiles, StoreName } from './lab/files.ts';

/** Servers that a setting is tried on (visits.ts). `few`: enough to tell trust from refusal; `anchors`: whose outcome hangs on the anchors. */
export type Visits = 'all' | 'kinds' | 'anchors' | 'markers' | 'few';

/** One set of variables over one default store. */
export interface Setting {
  readonly name: string;
  readonly store: StoreName;
  readonly variables: Readonly<Record<string, string>>;
  readonly visits: Visits;
  /** Where a stand is not looked at thoroughly; absent: the same. */
  readonly visitsElsewhere?: Visits;
  /** Clients that it is for; absent: every one. */
  readonly clients?: readonly ClientName[];
  /** What is wrong with it. */
  readonly fault?: Fault;
  /** What code says for its own calls. */
  readonly inCode?: InCode;
  /** `cert` of pip's own configuration file, beside a variable that names that file. */
  readonly pipCert?: string;
  /** Through the lab's inspecting proxy. */
  readonly proxied?: boolean;
  /** Only where a stand is looked at thoroughly: what differs little from another setting. */
  readonly thorough?: boolean;
}

const API: readonly ClientName[] = ['shotgun_api3.crud', 'shotgun_api3.form', 'shotgun_api3.s3'];
const REQUESTS: readonly ClientName[] = ['requests', 'pip'];

/** Variables that name a file, the marker that tells who read it, and for whom a bad one is tried. */
const VARIABLES: readonly (readonly [string, Marker, readonly ClientName[]])[] = [
  ['SSL_CERT_FILE', 'sslFile', ['ssl', 'urllib3', 'pip', 'toolkit.urlopen', ...API]],
  ['SHOTGUN_API_CACERTS', 'shotgun', API],
  ['HTTPLIB2_CA_CERTS', 'httplib2', ['httplib2', ...API]],
  ['REQUESTS_CA_BUNDLE', 'requests', REQUESTS],
  ['CURL_CA_BUNDLE', 'curl', REQUESTS],
  ['PIP_CERT', 'pip', ['pip']],
  ['AWS_CA_BUNDLE', 'aws', ['boto3']],
];

/** What a variable names when it is wrong (python-tls.md §3); '' is set but empty. */
const BAD = [
  'missing',
  'empty',
  'der',
  'truncated',
  'utf16',
  'text',
  'directory',
  'bom',
  'crlf',
  'damaged',
] as const;

export type Fault = (typeof BAD)[number] | 'setButEmpty' | 'unhashed' | 'unknownOption';

/** Bundles with every anchor of the lab, or with part of them. */
const SOURCES = ['all', 'all-reversed', 'old', 'new', 'issuing', 'one-root'] as const;

export function settings(files: LabFiles): readonly Setting[] {
  return [
    ...defaults(),
    ...proxied(files),
    ...single(files),
    ...together(files),
    ...bad(files),
    ...sources(files),
    ...switches(files),
    ...inCode(files),
    ...pipConfiguration(files),
  ];
}

function defaults(): Setting[] {
  return [
    { name: 'nothing set', store: 'bare', variables: {}, visits: 'markers' },
    {
      name: 'nothing set, default store has all',
      store: 'studio',
      variables: {},
      visits: 'all',
      visitsElsewhere: 'kinds',
    },
  ];
}

/** With and without the proxy's root in what the client reads. HTTPS_PROXY itself is set when the port is known. */
function proxied(files: LabFiles): Setting[] {
  return (['marker-sslFile', 'one-root'] as const).map((name) => ({
    name: `HTTPS_PROXY with ${name}`,
    store: 'bare' as const,
    variables: { SSL_CERT_FILE: files.bundle(name), REQUESTS_CA_BUNDLE: files.bundle(name) },
    visits: 'few' as const,
    clients: ['ssl', 'requests', 'pip'] as const,
    proxied: true,
  }));
}

function single(files: LabFiles): Setting[] {
  return [
    ...VARIABLES.map(([variable, marker, clients]) => ({
      name: variable,
      store: 'bare' as const,
      variables: { [variable]: files.bundle(`marker-${marker}`) },
      visits: 'markers' as const,
      clients,
    })),
    ...(['hashed', 'unhashed'] as const).map((name) => ({
      name: `SSL_CERT_DIR ${name}`,
      store: 'bare' as const,
      variables: { SSL_CERT_DIR: files.folder(name) },
      visits: 'markers' as const,
      // Everywhere it is told by all variables together.
      thorough: true,
      ...(name === 'unhashed' ? { fault: name } : {}),
    })),
  ];
}

function everyVariable(files: LabFiles): Readonly<Record<string, string>> {
  return Object.fromEntries(
    VARIABLES.map(([variable, marker]) => [variable, files.bundle(`marker-${marker}`)]),
  );
}

/** Who reads a variable is told by that one alone, and which goes first by all of them; leaving one out is tried where it is thorough. */
function together(files: LabFiles): Setting[] {
  const every = everyVariable(files);
  const but = (...names: string[]): Record<string, string> =>
    Object.fromEntries(Object.entries(every).filter(([name]) => !names.includes(name)));
  const set = (name: string, variables: Record<string, string>): Setting => ({
    name,
    store: 'bare',
    variables,
    visits: 'markers',
    thorough: name !== 'every variable',
    ...(/which is empty$/.test(name) ? { fault: 'setButEmpty' as const } : {}),
  });
  return [
    set('every variable', { ...every, SSL_CERT_DIR: files.folder('hashed') }),
    set('every variable but SHOTGUN_API_CACERTS, which is empty', {
      ...but('SHOTGUN_API_CACERTS'),
      SHOTGUN_API_CACERTS: '',
    }),
    set('every variable but REQUESTS_CA_BUNDLE, which is empty', {
      ...but('REQUESTS_CA_BUNDLE'),
      REQUESTS_CA_BUNDLE: '',
    }),
    set('every variable but PIP_CERT', but('PIP_CERT')),
    set('SSL_CERT_FILE and SSL_CERT_DIR', {
      SSL_CERT_FILE: files.bundle('marker-sslFile'),
      SSL_CERT_DIR: files.folder('hashed'),
    }),
  ];
}

/** Variables whose file somebody else loads, or loads as REQUESTS_CA_BUNDLE's is: how that one takes a wrong file is tried there. */
const LOADED_ALIKE = ['HTTPLIB2_CA_CERTS', 'CURL_CA_BUNDLE', 'PIP_CERT'];

/**
 * How a file that is wrong is taken is tried with whoever loads it. SSL_CERT_FILE is a matter of Python's own clients; of the others it is
 * tried everywhere that they are looked for.
 */
function takenBy(
  variable: string,
  { clients, fault }: { readonly clients: readonly ClientName[]; readonly fault: Fault },
): readonly ClientName[] {
  const lookedFor = ['missing', 'setButEmpty'].includes(fault);
  if (variable === 'SSL_CERT_FILE') return clients.filter((client) => !API.includes(client));
  if (!LOADED_ALIKE.includes(variable) || lookedFor) return clients;
  return clients.filter((client) => client === 'httplib2');
}

function bad(files: LabFiles): Setting[] {
  return VARIABLES.flatMap(([variable, , clients]) => [
    ...BAD.map((what) => ({
      name: `${variable} ${what}`,
      store: 'bare' as const,
      variables: { [variable]: files.bundle(what) },
      visits: 'few' as const,
      clients: takenBy(variable, { clients, fault: what }),
      thorough: what !== 'missing',
      fault: what,
    })),
    {
      name: `${variable} set but empty`,
      store: 'bare' as const,
      variables: { [variable]: '' },
      visits: 'few' as const,
      clients: takenBy(variable, { clients, fault: 'setButEmpty' }),
      fault: 'setButEmpty' as const,
    },
  ]);
}

/** By arguments of calls, which beat every variable, and by the attribute of a session, which does not (python-tls.md §4). */
function inCode(files: LabFiles): Setting[] {
  const named = files.bundle('marker-argument');
  const set = (name: string, said: InCode, more: Partial<Setting> = {}): Setting => ({
    name: `code ${name}`,
    store: 'bare',
    variables: {},
    visits: 'markers',
    inCode: said,
    clients: clientsTold(said),
    ...more,
  });
  const call = (file: InCode['file']): InCode => ({ file, place: 'call' });
  const session = (file: InCode['file']): InCode => ({ file, place: 'session' });
  const requests = { REQUESTS_CA_BUNDLE: files.bundle('marker-requests') };
  const thorough = true;
  return [
    set('names a file', call(named)),
    set('names a file, beside every variable', call(named), { variables: everyVariable(files), thorough }),
    set('names a file that is missing', call(files.bundle('missing')), { visits: 'few', thorough }),
    set('names a file truncated', call(files.bundle('truncated')), { visits: 'few', thorough }),
    set('verifies nothing', call(false), { visits: 'few', thorough }),
    set('verifies nothing, beside every variable', call(false), {
      ...{ visits: 'few', variables: everyVariable(files), thorough },
    }),
    set('sets Session.verify to a file', session(named), { thorough }),
    set('sets Session.verify to a file, beside REQUESTS_CA_BUNDLE', session(named), { variables: requests }),
    set('sets Session.verify to False', session(false), { visits: 'few', thorough }),
    set('sets Session.verify to False, beside REQUESTS_CA_BUNDLE', session(false), {
      ...{ visits: 'few', variables: requests, thorough },
    }),
  ];
}

/** `cert` in pip.conf, and what beats it. */
function pipConfiguration(files: LabFiles): Setting[] {
  const set = (name: string, cert: string, more: Readonly<Record<string, string>> = {}): Setting => ({
    name: `pip.conf ${name}`,
    store: 'bare',
    variables: { PIP_CONFIG_FILE: files.pipConf(cert), ...more },
    visits: 'markers',
    clients: ['pip'],
    pipCert: files.bundle(cert),
  });
  return [
    set('names a file', 'marker-argument'),
    set('names a file, beside PIP_CERT', 'marker-argument', { PIP_CERT: files.bundle('marker-pip') }),
    set('names a file, beside REQUESTS_CA_BUNDLE', 'marker-argument', {
      REQUESTS_CA_BUNDLE: files.bundle('marker-requests'),
    }),
    { ...set('names a file that is missing', 'missing'), fault: 'missing' },
  ];
}

/** Every variable names the same file: the remedy of shotgrid.md §1.5 and what it becomes when the file is an old one. */
function sources(files: LabFiles): Setting[] {
  return SOURCES.map((name) => ({
    name: `every variable names ${name}`,
    store: 'bare' as const,
    variables: Object.fromEntries(VARIABLES.map(([variable]) => [variable, files.bundle(name)])),
    visits: name === 'all' ? ('all' as const) : ('anchors' as const),
    // The anchors of `all` are those of the studio's default store, which every stand has; of the others OpenSSL makes what it makes.
    thorough: true,
  }));
}

function switches(files: LabFiles): Setting[] {
  const set = (name: string, variables: Record<string, string>, clients: readonly ClientName[]): Setting => ({
    name,
    store: 'bare',
    variables,
    visits: 'markers',
    clients,
  });
  const ofPip = (name: string, variables: Record<string, string>): Setting => ({
    ...set(name, variables, ['pip']),
    fault: 'unknownOption',
  });
  return [
    {
      ...set('PYTHONHTTPSVERIFY=0', { PYTHONHTTPSVERIFY: '0' }, ['ssl', 'toolkit.urlopen', ...API]),
      // Python 3 knows no such variable; of those with 2.7 the thorough ones are of every era.
      thorough: true,
    },
    {
      ...set('SHOTGUN_FORCE_CERTIFICATE_VALIDATION', { SHOTGUN_FORCE_CERTIFICATE_VALIDATION: '1' }, API),
      // Of the eras that know it one stand each is thorough.
      thorough: true,
    },
    ofPip('PIP_USE_FEATURE=truststore', { PIP_USE_FEATURE: 'truststore' }),
    ofPip('PIP_USE_DEPRECATED=legacy-certs', { PIP_USE_DEPRECATED: 'legacy-certs' }),
    ofPip('PIP_USE_DEPRECATED=legacy-certs with SSL_CERT_FILE', {
      PIP_USE_DEPRECATED: 'legacy-certs',
      SSL_CERT_FILE: files.bundle('marker-sslFile'),
    }),
  ];
}
