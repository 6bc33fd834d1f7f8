import type { SectionDifference } from '@trustfleet/api';
import type {
  CodeSection,
  EndpointsSection,
  PythonsSection,
  ShotgridSection,
  ShotgunApi,
  TrustSource,
  VariablesSection,
  Verdict,
  VerdictsSection,
} from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { diffSection } from './diff-section.ts';

type Short = Partial<SectionDifference>;
const exactly = (expected: Short): SectionDifference =>
  ({ where: null, anchor: null, before: null, after: null, ...expected }) as SectionDifference;
const digest = (digit: string) => digit.repeat(64);
const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new RangeError('empty');
  return item;
};

const api: ShotgunApi = {
  path: '/apis/shotgun_api3/shotgun.py',
  location: '/apis/shotgun_api3',
  form: 'loose',
  version: '3.8.2',
  metadataVersion: null,
  sha256: digest('a'),
  bundles: [{ path: '/apis/cacert.pem', sha256: digest('b'), certificates: 146 }],
  core: null,
  zipPython: null,
  inUse: true,
  shared: null,
};
const shotgrid: ShotgridSection = {
  apis: [api],
  cores: [
    {
      ...{ path: '/core/info.yml', location: '/core', kind: 'localized', version: 'v0.23.8' },
      ...{ apis: [], inUse: true, usedBy: [], shared: null },
    },
  ],
  configurations: [
    {
      path: '/config',
      kind: 'localized',
      core: { type: 'app_store', name: 'tk-core', version: 'v0.23.8', text: 'tk-core v0.23.8' },
      corePath: '/core/info.yml',
      site: 'studio.shotgrid.autodesk.com',
      keys: [],
      interpreter: null,
      shared: null,
    },
  ],
  problems: [],
};
const id = '01936f00-0000-7000-8000-000000000001';
const endpoints: EndpointsSection = {
  endpoints: [
    {
      ...{ id, host: 'studio.example', port: 443, network: 'connected', detail: null, proxy: null },
      ...{ chain: [digest('1')], chainWithoutName: null, tls: 'TLSv1.3', interception: null },
    },
  ],
  problems: [],
};
const source: TrustSource = {
  id: '0'.repeat(16),
  python: '/usr/bin/python3',
  client: 'requests',
  install: '/site-packages/requests',
  version: '2.32.3',
  accounts: [],
  steps: [
    {
      ...{ kind: 'bundle', name: null, value: '/certifi/cacert.pem', definedIn: null },
      ...{ outcome: 'used', reason: null },
    },
  ],
  state: 'anchors',
  error: null,
  anchors: 140,
  digest: digest('c'),
};
const verdict: Verdict = {
  ...{ source: source.id, endpoint: id, probed: null, notProbed: 'predicted only' },
  ...{ predicted: { result: 'verifies', code: 0, error: null }, cause: null, evidence: {} },
};
const verdicts: VerdictsSection = { sources: [source], verdicts: [verdict] };
const code: CodeSection = {
  findings: [
    {
      ...{ path: '/tools/up.py', line: 10, decision: 'verificationOff', rule: 'verifyFalse' },
      ...{ text: 'get("…", verify=False)', target: null, problem: null },
    },
  ],
  files: 3,
  problems: [],
};
const pythons: PythonsSection = {
  pythons: [
    {
      ...{ path: '/usr/bin/python3', realPath: null, kind: 'system', version: '3.13.0' },
      ...{ implementation: 'cpython', openssl: null, verifyPaths: null, packages: [] },
      ...{ facts: 'run', notRunBecause: null, hooks: [] },
      ssl: {
        ...{ importError: null, versionInfo: null, libressl: false, sni: true, strict: true },
        ...{ partialChain: true, securityLevel: 2, contextClass: 'ssl.SSLContext', httpsVerifies: true },
      },
    },
  ],
};
const variables: VariablesSection = { variables: [], settings: [] };
const SECTIONS = { shotgrid, endpoints, verdicts, code, pythons, variables };

function changed<Name extends keyof typeof SECTIONS>(
  name: Name,
  change: (body: (typeof SECTIONS)[Name]) => void,
): SectionDifference[] {
  const body = structuredClone(SECTIONS[name]);
  change(body);
  return diffSection(name, SECTIONS[name], body);
}

const verdictOf = { kind: 'verdict', name: 'requests', where: '/site-packages/requests' } as const;

describe('what is diagnosed of a host', () => {
  it.each<[string, () => SectionDifference[], Short[]]>([
    [
      'a copy of the API was upgraded',
      () =>
        changed(
          'shotgrid',
          ({ apis }) => void Object.assign(first(apis), { version: '3.9.0', sha256: digest('d') }),
        ),
      [{ change: 'changed', kind: 'api', name: api.path, before: '3.8.2', after: '3.9.0' }],
    ],
    [
      'a copy of the API was edited',
      () => changed('shotgrid', ({ apis }) => void Object.assign(first(apis), { sha256: digest('d') })),
      [{ change: 'changed', kind: 'api', name: api.path, before: digest('a'), after: digest('d') }],
    ],
    [
      'its bundle is another one',
      () =>
        changed(
          'shotgrid',
          ({ apis }) => void Object.assign(first(first(apis).bundles), { sha256: digest('d') }),
        ),
      [
        {
          ...{ change: 'changed', kind: 'api', name: api.path },
          ...{ before: `/apis/cacert.pem ${digest('b')}`, after: `/apis/cacert.pem ${digest('d')}` },
        },
      ],
    ],
    [
      'a copy of the API appeared inside a core',
      () =>
        changed('shotgrid', ({ apis }) =>
          apis.push({ ...api, path: '/z.zip!shotgun.py', core: '/core/info.yml' }),
        ),
      [
        {
          ...{ change: 'appeared', kind: 'api', name: '/z.zip!shotgun.py' },
          ...{ where: '/core/info.yml', after: '3.8.2' },
        },
      ],
    ],
    [
      'a core is not used any more',
      () => changed('shotgrid', ({ cores }) => void Object.assign(first(cores), { inUse: false })),
      [{ change: 'changed', kind: 'core', name: '/core/info.yml', before: 'in use', after: 'not in use' }],
    ],
    [
      'a configuration pins another core, at another site',
      () =>
        changed('shotgrid', ({ configurations }) => {
          const one = first(configurations);
          Object.assign(one, { site: 'other.example', core: { ...one.core, text: 'tk-core v0.24.0' } });
        }),
      [
        {
          ...{ change: 'changed', kind: 'configuration', name: '/config' },
          ...{ before: 'tk-core v0.23.8', after: 'tk-core v0.24.0' },
        },
        {
          ...{ change: 'changed', kind: 'configuration', name: '/config' },
          ...{ before: 'studio.shotgrid.autodesk.com', after: 'other.example' },
        },
      ],
    ],
    [
      'a proxy answers for an endpoint',
      () =>
        changed('endpoints', (body) => {
          Object.assign(first(body.endpoints), {
            chain: [digest('2'), digest('3')],
            interception: { issuer: 'Studio proxy', certificate: null },
          });
        }),
      [
        { change: 'changed', kind: 'endpoint', name: 'studio.example:443', after: 'Studio proxy' },
        {
          ...{ change: 'changed', kind: 'endpoint', name: 'studio.example:443' },
          ...{ before: digest('1'), after: `${digest('2')} ${digest('3')}` },
        },
      ],
    ],
    [
      'an endpoint is unreachable',
      () =>
        changed(
          'endpoints',
          (body) => void Object.assign(first(body.endpoints), { network: 'timedOut', host: '::1' }),
        ),
      [{ change: 'changed', kind: 'endpoint', name: '[::1]:443', before: 'connected', after: 'timedOut' }],
    ],
    [
      'what verified fails',
      () =>
        changed('verdicts', (body) => {
          Object.assign(first(body.verdicts), {
            probed: { result: 'fails', code: 20, error: null },
            cause: 'bundleStale',
          });
        }),
      [{ ...verdictOf, change: 'changed', before: 'verifies', after: 'fails: bundleStale' }],
    ],
    [
      'a program trusts another file',
      () =>
        changed('verdicts', (body) => {
          Object.assign(first(first(body.sources).steps), {
            ...{ kind: 'variable', name: 'REQUESTS_CA_BUNDLE', value: '/s.pem' },
          });
        }),
      [
        {
          ...{ ...verdictOf, change: 'changed', before: 'bundle /certifi/cacert.pem' },
          after: 'REQUESTS_CA_BUNDLE /s.pem',
        },
      ],
    ],
    [
      'a program appeared with its verdicts: told once',
      () =>
        changed('verdicts', (body) => {
          body.sources.push({ ...source, id: '1'.repeat(16), client: 'pip', install: null });
          body.verdicts.push({ ...verdict, source: '1'.repeat(16) });
        }),
      [{ change: 'appeared', kind: 'verdict', name: 'pip', where: '/usr/bin/python3', after: 'anchors' }],
    ],
    [
      'a line of code that only moved, and one more like it',
      () =>
        changed('code', (body) => {
          first(body.findings).line = 12;
          body.findings.push({ ...first(body.findings), line: 20 });
        }),
      [
        {
          ...{ change: 'appeared', kind: 'code', name: 'verifyFalse', where: '/tools/up.py:20' },
          after: 'get("…", verify=False)',
        },
      ],
    ],
    [
      'a Python that is not strict any more, with a hook of its own',
      () =>
        changed('pythons', (body) => {
          const python = first(body.pythons);
          Object.assign(python.ssl ?? {}, { strict: false });
          python.hooks?.push({ path: '/site/truststore.pth', effect: 'truststore' });
        }),
      [
        {
          ...{ change: 'appeared', kind: 'code', name: '/site/truststore.pth' },
          ...{ where: '/usr/bin/python3', after: 'truststore' },
        },
        {
          ...{ change: 'changed', kind: 'python', name: '/usr/bin/python3' },
          ...{ before: 'strict: true', after: 'strict: false' },
        },
      ],
    ],
    [
      'a variable that switches verification off',
      () =>
        changed('variables', (body) =>
          body.settings?.push({
            ...{ name: 'PYTHONHTTPSVERIFY', scope: 'machine', owner: null, value: '0' },
            source: '/etc/environment',
          }),
        ),
      [
        {
          ...{ change: 'appeared', kind: 'variable', name: 'PYTHONHTTPSVERIFY' },
          ...{ where: '/etc/environment', after: '0' },
        },
      ],
    ],
    [
      'a directory that could not be read',
      () => changed('code', (body) => body.problems.push({ path: '/tools/secret', reason: 'EACCES' })),
      [{ change: 'appeared', kind: 'other', name: '/tools/secret', after: 'EACCES' }],
    ],
  ])('%s', (_name, difference, expected) => {
    expect(difference()).toEqual(expected.map(exactly));
  });

  it('the other way round: what appeared is what left', () => {
    const none = {
      shotgrid: { apis: [], cores: [], configurations: [], problems: [] },
      endpoints: { endpoints: [], problems: [] },
      verdicts: { sources: [], verdicts: [] },
      code: { findings: [], files: 0, problems: [] },
    };
    for (const name of Object.keys(none) as (keyof typeof none)[]) {
      const forth = diffSection(name, none[name], SECTIONS[name]);
      const back = diffSection(name, SECTIONS[name], none[name]);

      expect(forth.length).toBeGreaterThan(0);
      expect(new Set(forth.map(({ change }) => change))).toEqual(new Set(['appeared']));
      expect(back.map(({ kind, name: what, before }) => [kind, what, before])).toEqual(
        forth.map(({ kind, name: what, after }) => [kind, what, after]),
      );
      expect(new Set(back.map(({ change }) => change))).toEqual(new Set(['left']));
    }
  });
});
