import type { CodeFinding, PythonEnvironment, TrustSource } from '@trustfleet/protocol';
import { verdictsSection } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { catalogue, issuing, leaf, oldRoot, root } from '../testing/cause-pki.ts';
import { api, bad, CAFILE, installed, pem, python, type TestFacts } from '../testing/facts.ts';
import { stage, type LabCertificate } from '../testing/trust-lab.ts';

const holding = (path: string, ...anchors: readonly LabCertificate[]): ReturnType<typeof pem> => ({
  ...pem(path),
  anchors: anchors.map(({ sha256 }) => sha256),
});
const finding = (more: Partial<CodeFinding>): CodeFinding => ({
  path: '/pipeline/publish.py',
  line: 12,
  decision: 'explicitTrust',
  rule: 'verifyPath',
  text: 'requests.get(url, verify="/studio/one.pem")',
  target: '/studio/one.pem',
  problem: 'oneRoot',
  call: 'get',
  ...more,
});
const off = (more: Partial<CodeFinding>): CodeFinding =>
  finding({ decision: 'verificationOff', rule: 'verifyFalse', target: null, problem: null, ...more });

const PACKAGES = [
  installed('requests', '2.31.0'),
  installed('certifi', '2024.7.4', '/site/certifi/cacert.pem'),
  installed('urllib3', '2.1.0'),
  installed('httplib2', '0.22.0', '/site/httplib2.pem'),
];
const PYTHON = python('3.11.7', { packages: PACKAGES });

/** Everybody trusts what signs the server, but for the files that code names. */
function judge(findings: readonly CodeFinding[], given: TestFacts = {}) {
  const scene = stage({
    chain: [leaf, issuing],
    facts: {
      pythons: [PYTHON],
      ...given,
      bundles: [
        holding('/site/certifi/cacert.pem', root),
        holding('/site/httplib2.pem', root),
        holding('/studio/one.pem', oldRoot),
        holding('/studio/right.pem', root),
        bad('/studio/gone.pem', 'missing'),
        bad('/studio/broken.pem', 'broken'),
        ...(given.bundles ?? []),
      ],
    },
  });
  const { facts, endpoint } = scene;
  const bundles = facts.sections.bundles.bundles.map((bundle) =>
    bundle.path === CAFILE ? { ...bundle, anchors: [root.sha256] } : bundle,
  );
  const judged: DiagnosisFacts = {
    ...facts,
    sections: {
      ...facts.sections,
      bundles: { bundles },
      endpoints: { endpoints: [endpoint], problems: [] },
      code: { findings: [...findings], files: 1, problems: [] },
    },
  };
  const section = diagnose(judged, { configured: [], catalogue });
  expect(verdictsSection.parse(section)).toEqual(section);
  const verdictOf = new Map(section.verdicts.map((verdict) => [verdict.source, verdict]));
  const rows = section.sources.map((source) => ({ source, verdict: verdictOf.get(source.id) }));
  const isCode = ({ source }: { source: TrustSource }): boolean => (source.code ?? null) !== null;
  return { code: rows.filter(isCode), general: rows.filter((row) => !isCode(row)) };
}

const said = ({ source, verdict }: ReturnType<typeof judge>['code'][number]): string =>
  `${source.client} ${verdict?.predicted.result ?? ''} ${verdict?.cause ?? 'fine'}`;

describe('code that decides for itself', () => {
  it('is judged beside the client in general, which goes on verifying', () => {
    const { code, general } = judge([finding({})]);

    expect(code.map(said)).toEqual(['requests fails trustedInCode']);
    expect(code[0]?.source).toMatchObject({
      python: PYTHON.path,
      code: { path: '/pipeline/publish.py', line: 12, rule: 'verifyPath', places: 1 },
    });
    expect(code[0]?.verdict?.evidence).toMatchObject({
      file: '/pipeline/publish.py',
      line: 12,
      value: '/studio/one.pem',
      anchors: 1,
      stillWorks: 'httplib2, requests, ssl, urllib3',
    });
    expect(code[0]?.source.steps[0]).toEqual({
      kind: 'argument',
      name: 'verify',
      value: '/studio/one.pem',
      definedIn: '/pipeline/publish.py:12',
      outcome: 'used',
      reason: 'replacesBundle',
    });
    const requests = general.find(({ source }) => source.client === 'requests');
    expect(requests?.verdict).toMatchObject({ predicted: { result: 'verifies' }, cause: null });
    expect(requests?.source.steps[0]).toMatchObject({
      ...{ kind: 'argument', value: '/studio/one.pem', definedIn: '/pipeline/publish.py:12' },
      ...{ outcome: 'ignored', reason: 'thatCodeAlone' },
    });
  });

  it('leaves every verdict of the clients in general as it is without', () => {
    const without = judge([]).general;
    const { general } = judge([
      finding({}),
      off({ line: 3 }),
      finding({ line: 5, rule: 'sessionVerifyPath' }),
      off({ line: 4, rule: 'certNone' }),
      off({ line: 6, rule: 'certificateValidationOff' }),
    ]);

    expect(general.map(({ source, verdict }) => [source.id, verdict])).toEqual(
      without.map(({ source, verdict }) => [source.id, verdict]),
    );
  });

  it('beats the variable as an argument, and is beaten by it as an attribute of the session', () => {
    const variables = {
      variables: [
        {
          ...{ name: 'REQUESTS_CA_BUNDLE' as const, scope: 'machine' as const, owner: null },
          ...{ value: '/studio/right.pem', source: '/etc/environment' },
        },
      ],
    };
    expect(judge([finding({})], { variables }).code.map(said)).toEqual(['requests fails trustedInCode']);
    expect(judge([finding({ rule: 'sessionVerifyPath' })], { variables }).code).toEqual([]);
    expect(judge([finding({ rule: 'sessionVerifyPath' })]).code.map(said)).toEqual([
      'requests fails trustedInCode',
    ]);
  });

  it.each([
    ['a file that is not there', finding({ target: '/studio/gone.pem' }), 'requests fails trustedInCode'],
    ['a broken file', finding({ target: '/studio/broken.pem' }), 'requests fails trustedInCode'],
    ['a good file', finding({ target: '/studio/right.pem' }), 'requests verifies fine'],
    ['a file that nobody read', finding({ target: '/elsewhere.pem' }), 'requests unknown unknown'],
    ['verify=False', off({}), 'requests unverified verificationOff'],
    ['CERT_NONE', off({ rule: 'certNone', call: null }), 'ssl unverified verificationOff'],
    [
      'CERT_NONE of a pool',
      off({ rule: 'certNone', call: 'PoolManager' }),
      'urllib3 unverified verificationOff',
    ],
    [
      'httplib2 without validation',
      off({ rule: 'certificateValidationOff', call: 'Http' }),
      'httplib2 unverified verificationOff',
    ],
    [
      'a context',
      finding({ rule: 'cafileArgument', call: 'create_default_context' }),
      'ssl fails trustedInCode',
    ],
    ['httplib2’s file', finding({ rule: 'caCertsArgument', call: 'Http' }), 'httplib2 fails trustedInCode'],
  ])('%s', (_what, found, expected) => {
    const { code } = judge([found]);

    expect(code.map(said)).toEqual([expected]);
    if (expected.endsWith('verificationOff') || expected.endsWith('trustedInCode'))
      expect(code[0]?.verdict?.evidence).toMatchObject({ file: '/pipeline/publish.py', line: 12 });
  });

  it.each([
    ['a name that is not checked', off({ rule: 'checkHostnameOff' })],
    ['a warning', finding({ decision: 'warningSilenced', rule: 'disableWarnings', target: null })],
    ['ca_certs of anybody’s function', finding({ rule: 'caCertsArgument', call: 'connect' })],
    ['a path below wherever it is started', finding({ target: 'certs/one.pem' })],
    ['a context that is filled later', finding({ rule: 'loadVerifyLocations' })],
  ])('says nothing of a client: %s', (_what, found) => {
    expect(judge([found]).code).toEqual([]);
  });

  it('urllib3 that is given anchors verifies, also before 1.25', () => {
    const pythons = [python('3.6.15', { packages: [installed('urllib3', '1.24.3')] })];
    const named = finding({ rule: 'caCertsArgument', call: 'PoolManager', target: '/studio/right.pem' });
    const { code, general } = judge([named], { pythons });

    expect(code.map(said)).toEqual(['urllib3 verifies fine']);
    expect(general.map(said)).toContain('urllib3 unverified verificationOff');
  });

  it('requests before 2.32 keeps to a first verify=False, which is noted', () => {
    const reasonOf = (version: string) =>
      judge([off({})], {
        pythons: [python('3.11.7', { packages: [installed('requests', version), ...PACKAGES.slice(1)] })],
      }).general.find(({ source }) => source.client === 'requests')?.source.steps[0]?.reason;

    expect(reasonOf('2.31.0')).toBe('sticksToOrigin');
    expect(reasonOf('2.32.0')).toBe('thatCodeAlone');
  });

  it('knows which paths of which version of shotgun_api3 take the argument', () => {
    const withApi = (version: string): TestFacts => {
      const copy = api(version);
      const packages = [{ ...installed('shotgun_api3', version), location: copy.location }];
      return { apis: [copy], pythons: [python('3.9.18', { packages })] };
    };
    const argument = finding({ rule: 'caCertsArgument', call: 'Shotgun' });
    const clients = (version: string, found: CodeFinding): string[] =>
      judge([found], withApi(version)).code.map(({ source }) => source.client);

    expect(clients('3.8.4', argument)).toEqual(['shotgun_api3.crud']);
    expect(clients('3.10.0', argument).toSorted()).toEqual([
      ...['shotgun_api3.crud', 'shotgun_api3.form', 'shotgun_api3.s3'],
    ]);
    const switched = off({ rule: 'noSslValidation', call: null });
    expect(clients('3.8.4', switched)).toEqual(['shotgun_api3.crud']);
    expect(clients('3.9.0', switched)).toEqual([]);
  });

  it('belongs to the environment that it lies in, to those that get its PYTHONPATH, else to every one', () => {
    const venv = (name: string): PythonEnvironment =>
      python('3.11.7', { path: `/venvs/${name}/bin/python`, kind: 'venv', packages: PACKAGES });
    const pythons = [PYTHON, venv('a'), venv('b')];
    const runBy = (path: string, given: TestFacts = {}): (string | null)[] =>
      judge([finding({ path })], { pythons, ...given }).code.map(({ source }) => source.python);

    expect(runBy('/venvs/a/lib/tool.py')).toEqual(['/venvs/a/bin/python']);
    expect(runBy('/pipeline/tool.py').toSorted()).toEqual(pythons.map(({ path }) => path).toSorted());
    const variables = {
      variables: [],
      settings: [
        {
          ...{ name: 'PYTHONPATH' as const, scope: 'user' as const, owner: 'ada' },
          ...{ value: '/other:/pipeline', source: '/home/ada/.profile' },
        },
      ],
    };
    const judged = judge([finding({ path: '/pipeline/tool.py' })], { pythons, variables });
    expect(judged.code.map(({ source }) => source.accounts)).toEqual([['ada'], ['ada'], ['ada']]);
  });

  it('said in several places is one trust source, whose id does not move with the lines', () => {
    const [once] = judge([finding({})]).code;
    const [often, ...others] = judge([finding({ line: 40 }), finding({ path: '/pipeline/z.py' })]).code;

    expect(others).toEqual([]);
    expect(often?.source.id).toBe(once?.source.id);
    expect(often?.source.code).toMatchObject({ line: 40, places: 2 });
    expect(often?.verdict?.evidence).toMatchObject({ places: 2 });
  });
});
