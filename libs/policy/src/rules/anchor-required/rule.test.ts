import type { BundleProvenance, InventoryBundle, StoreEntry } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import {
  anchorStatus,
  evaluatePolicy,
  type HostFacts,
  type Policy,
  type PolicyFinding,
} from '../../index.ts';
import {
  amazon,
  both,
  bundle,
  facts,
  FAULTS,
  other,
  policyOf,
  store,
  studio,
  SYSTEM_BUNDLE,
  variable,
} from './facts.fixture.ts';

const short = ({ cause, severity, subject, anchor }: PolicyFinding): unknown[] => [
  cause,
  severity,
  subject.kind,
  anchor?.name ?? null,
];

describe('anchorRequired: the operating system’s store', () => {
  it('holds all: nothing to find', () => {
    expect(evaluatePolicy(both, facts([store()]))).toEqual([]);
  });

  it('lacks one: a blocker with the facts behind it', () => {
    const problems = [{ line: 7, reason: 'its base64 is cut short' }];
    expect(evaluatePolicy(both, facts([store({ anchors: [amazon.sha256], problems })]))).toEqual([
      {
        key: expect.stringMatching(/^anchorRequired:[0-9a-f]{64}$/) as string,
        rule: 'anchorRequired',
        cause: 'anchorMissingFromStore',
        severity: 'blocker',
        subject: { kind: 'trustStore', store: 'debian', name: 'Debian CA certificates', path: SYSTEM_BUNDLE },
        anchor: { sha256: studio.sha256, name: studio.name },
        evidence: {
          state: 'read',
          opensslAccepts: true,
          anchors: 1,
          realPath: SYSTEM_BUNDLE,
          bundleSha256: 'a'.repeat(64),
          detail: null,
          problems: 1,
          firstProblem: 'line 7: its base64 is cut short',
        },
      },
    ]);
  });

  it('lacks all: one finding for each', () => {
    const found = evaluatePolicy(both, facts([store({ anchors: [] })]));

    expect(found.map(short).sort()).toEqual([
      ['anchorMissingFromStore', 'blocker', 'trustStore', amazon.name],
      ['anchorMissingFromStore', 'blocker', 'trustStore', studio.name],
    ]);
  });

  it.each(FAULTS)('%s (OpenSSL accepts: %s): one finding, store%s', (state, opensslAccepts, fault) => {
    const found = evaluatePolicy(both, facts([store({ state, opensslAccepts })]));
    const unseen = fault === 'Unreadable' || fault === 'TooLarge';

    expect(found.map(short)).toEqual([[`store${fault}`, unseen ? 'warning' : 'blocker', 'trustStore', null]]);
    expect(found[0]!.evidence).toMatchObject({ state, opensslAccepts });
  });

  it.each([
    ['distrusted', 'anchorDistrusted'],
    ['otherPurposes', 'anchorForOtherPurposes'],
    ['deselected', 'anchorMissingFromStore'],
    ['servers', 'anchorMissingFromStore'],
  ] as const)('has one that is %s: %s, and where', (trust, cause) => {
    const entry: StoreEntry = {
      anchor: studio.sha256,
      trust,
      origin: 'local',
      name: null,
      location: 'LocalMachine\\Disallowed',
      purposes: null,
    };
    const found = evaluatePolicy(both, facts([store({ anchors: [amazon.sha256] }, { entries: [entry] })]));

    expect(found.map(short)).toEqual([[cause, 'blocker', 'trustStore', studio.name]]);
    expect(found[0]!.evidence).toMatchObject({ trust, location: 'LocalMachine\\Disallowed' });
  });

  it('a store of another kind is not judged', () => {
    expect(
      evaluatePolicy(both, facts([store(), store({ anchors: [] }, { id: 'nss', operatingSystem: false })])),
    ).toEqual([]);
  });
});

describe('anchorRequired: bundles', () => {
  it('lacks one: a warning that names its users', () => {
    const provenance: BundleProvenance[] = [
      variable('REQUESTS_CA_BUNDLE'),
      variable('SSL_CERT_FILE', 'anna'),
      { kind: 'certifi', python: '/opt/py/bin/python3', version: '2024.7.4' },
      { kind: 'certifi', python: '/usr/bin/python3', version: null },
    ];
    const found = evaluatePolicy(both, facts([store()], [bundle({ anchors: [amazon.sha256], provenance })]));

    expect(found.map(short)).toEqual([['anchorMissingFromBundle', 'warning', 'bundle', studio.name]]);
    expect(found[0]!.subject).toEqual({
      kind: 'bundle',
      path: '/opt/ca.pem',
      usedBy: [
        'REQUESTS_CA_BUNDLE (machine)',
        'SSL_CERT_FILE (user anna)',
        'certifi 2024.7.4 of /opt/py/bin/python3',
        'certifi of /usr/bin/python3',
      ],
    });
  });

  it.each(FAULTS)('%s (OpenSSL accepts: %s): one finding, bundle%s', (state, opensslAccepts, fault) => {
    const found = evaluatePolicy(both, facts([store()], [bundle({ state, opensslAccepts, anchors: [] })]));

    expect(found.map(short)).toEqual([[`bundle${fault}`, 'warning', 'bundle', null]]);
  });

  it.each([
    ['the same path', { path: SYSTEM_BUNDLE, realPath: SYSTEM_BUNDLE }],
    ['a symbolic link to it', { path: '/opt/link.pem', realPath: SYSTEM_BUNDLE }],
    ['its path, while it is missing', { path: SYSTEM_BUNDLE, realPath: null, state: 'missing' as const }],
  ])('the system’s own bundle is no second finding: %s', (_name, change) => {
    const found = evaluatePolicy(
      policyOf(studio),
      facts([store({ anchors: [] })], [bundle({ anchors: [], ...change })]),
    );

    expect(found.map(({ cause }) => cause)).toEqual(['anchorMissingFromStore']);
  });

  it('one file under two names is one finding with all its users', () => {
    const found = evaluatePolicy(
      policyOf(studio),
      facts(
        [store()],
        [
          bundle({ path: '/a.pem', anchors: [] }),
          bundle({ path: '/b.pem', anchors: [], provenance: [variable('PIP_CERT')] }),
        ],
      ),
    );

    expect(found).toHaveLength(1);
    expect(found[0]!.subject).toMatchObject({
      path: '/opt/ca.pem',
      usedBy: ['PIP_CERT (machine)', 'REQUESTS_CA_BUNDLE (machine)'],
    });
  });

  const node = [variable('NODE_EXTRA_CA_CERTS')];
  const causesOf = (policy: Policy, change: Partial<InventoryBundle>): string[] =>
    evaluatePolicy(policy, facts([store()], [bundle(change)])).map(({ cause, anchor }) =>
      `${cause} ${anchor?.name ?? ''}`.trim(),
    );
  it.each([
    ['a public root, which Node brings along', policyOf(amazon), { anchors: [], provenance: node }, []],
    [
      'a studio’s CA, which it does not',
      policyOf(studio),
      { anchors: [], provenance: node },
      ['anchorMissingFromBundle Demo studio CA'],
    ],
    ['a missing file, public roots', policyOf(amazon), { state: 'missing', provenance: node }, []],
    ['a missing file, a studio’s CA', both, { state: 'missing', provenance: node }, ['bundleMissing']],
    [
      'another user beside Node',
      policyOf(amazon),
      { anchors: [], provenance: [...node, variable('PIP_CERT')] },
      [`anchorMissingFromBundle ${amazon.name}`],
    ],
  ] as [string, Policy, Partial<InventoryBundle>, string[]][])(
    'NODE_EXTRA_CA_CERTS only adds to what Node has: %s',
    (...row) => {
      const [, policy, change, causes] = row;
      expect(causesOf(policy, change)).toEqual(causes);
    },
  );

  it('a public root is missed by the others of the file, and Node is not named', () => {
    const [found] = evaluatePolicy(
      policyOf(amazon),
      facts([store()], [bundle({ anchors: [], provenance: [...node, variable('PIP_CERT')] })]),
    );

    expect(found!.subject).toMatchObject({ usedBy: ['PIP_CERT (machine)'] });
  });

  it.each([
    ['alone: a directory is no bundle', [variable('SSL_CERT_DIR')], []],
    [
      'beside SSL_CERT_FILE, which needs a file',
      [variable('SSL_CERT_DIR'), variable('SSL_CERT_FILE')],
      ['bundleNotRegularFile'],
    ],
  ])('SSL_CERT_DIR %s', (_name, provenance, causes) => {
    expect(causesOf(both, { state: 'notRegularFile', opensslAccepts: false, provenance })).toEqual(causes);
  });
});

describe('anchorRequired: what is not known', () => {
  it.each([
    ['nothing', {}],
    ['only pythons', { pythons: { pythons: [] } }],
    [
      'no store of the operating system',
      {
        trustStores: { stores: [store({ anchors: [] }, { operatingSystem: false })] },
        bundles: { bundles: [] },
      },
    ],
    [
      'bundles before the stores: one of them may be the system’s own',
      { bundles: { bundles: [bundle({ anchors: [] })] } },
    ],
  ] as [string, HostFacts][])('%s: no finding, and the status is unknown', (_name, known) => {
    expect(evaluatePolicy(both, known)).toEqual([]);
    expect(anchorStatus(known, studio.sha256)).toBe('unknown');
  });

  it.each([
    ['held', store(), 'met'],
    ['lacking', store({ anchors: [other] }), 'missing'],
    ['held by a file that OpenSSL refuses', store({ opensslAccepts: false }), 'missing'],
    ['missing file', store({ state: 'missing', anchors: [] }), 'missing'],
    ['unreadable file', store({ state: 'unreadable', anchors: [] }), 'unknown'],
    ['too large a file', store({ state: 'tooLarge', anchors: [] }), 'unknown'],
  ])('anchorStatus: %s → %s', (_name, only, status) => {
    expect(anchorStatus({ trustStores: { stores: [only] } }, studio.sha256)).toBe(status);
  });

  it('a policy without anchors finds nothing, not even a broken file', () => {
    expect(
      evaluatePolicy(policyOf(), facts([store({ state: 'missing' })], [bundle({ state: 'der' })])),
    ).toEqual([]);
  });
});

describe('anchorRequired: what programs bring along for themselves', () => {
  it.each([
    { kind: 'package', name: 'pip', python: '/usr/bin/python3', version: '23.0' },
    { kind: 'shotgunApi', api: '/apis/shotgun_api3', version: '3.8.4' },
    { kind: 'pythonDefault', python: '/usr/bin/python3' },
  ] as BundleProvenance[])('$kind is no bundle that anybody chose: nothing to find', (user) => {
    const brought = bundle({ anchors: [], provenance: [user] });
    const chosen = bundle({ anchors: [] });

    expect(evaluatePolicy(both, facts([store()], [brought]))).toEqual([]);
    expect(evaluatePolicy(both, facts([store()], [chosen]))).toHaveLength(2);
  });
});
