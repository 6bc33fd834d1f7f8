import { createHash } from 'node:crypto';
import {
  type CertificateFacts,
  describeCertificate,
  pemToDer,
  WELL_KNOWN_ROOTS,
} from '@trustfleet/certificates';
import { anchorStatus, evaluatePolicy, type HostFacts, type Policy } from '@trustfleet/policy';
import {
  type BundleFile,
  jobPlan,
  type LocalAnchor,
  type TrustStore,
  trustStoresSection,
} from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anchorFileContent,
  anchorFileName,
  remediesForCause,
  REMEDIES,
  type RemedyEffect,
} from '../index.ts';

const remedy = REMEDIES['trustStore.addAnchor'];
const [root, second] = WELL_KNOWN_ROOTS.map(({ pem }) => describeCertificate(pemToDer(pem))) as [
  CertificateFacts,
  CertificateFacts,
];
const anchor = root.sha256;
const DIRECTORY = '/usr/local/share/ca-certificates';
const FILE = `${DIRECTORY}/trustfleet-${anchor.slice(0, 16)}.crt`;
const BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

function bundleFile(change: Partial<BundleFile> = {}): BundleFile {
  return {
    path: BUNDLE,
    realPath: BUNDLE,
    state: 'read',
    detail: null,
    sha256: 'a'.repeat(64),
    size: 10,
    anchors: [second.sha256],
    problems: [],
    opensslAccepts: true,
    ...change,
  };
}
function store(change: Partial<TrustStore> = {}): TrustStore {
  return {
    id: 'debian',
    driver: 'debian',
    operatingSystem: true,
    name: 'Debian CA certificates',
    bundle: bundleFile(),
    anchorDirectory: DIRECTORY,
    localAnchors: [],
    cannotChange: null,
    ...change,
  };
}
const hostWith = (...stores: TrustStore[]): HostFacts => ({ trustStores: { stores } });
const effectOn = (facts: HostFacts, certificate = root): RemedyEffect =>
  remedy.effect(facts, { anchor: certificate.sha256 }, { certificate });
const policy: Policy = {
  id: 'p',
  name: 'P',
  rule: 'anchorRequired',
  parameters: { anchors: [{ sha256: anchor, name: 'root' }] },
};

function changed(effect: RemedyEffect): Extract<RemedyEffect, { kind: 'change' }> {
  if (effect.kind !== 'change') throw new Error(`no change: ${JSON.stringify(effect)}`);
  return effect;
}

describe('trustStore.addAnchor', () => {
  it('plans the file, the tool and the anchor, in this order, in the words of the protocol', () => {
    const { changes } = changed(effectOn(hostWith(store())));

    expect(changes).toEqual([
      { kind: 'addFile', path: FILE, sha256: createHash('sha256').update(root.pem).digest('hex') },
      { kind: 'runTool', argv: ['/usr/sbin/update-ca-certificates'] },
      { kind: 'addAnchor', store: 'debian', anchor, subject: root.subject },
    ]);
    expect(jobPlan.parse({ changes })).toEqual({ changes });
  });

  it('foresees the facts of the next scan: the bundle, the file, and every path by which the bundle is named', () => {
    const linked = {
      ...bundleFile({ path: '/opt/link.pem' }),
      provenance: [{ kind: 'certifi' as const, python: '/usr/bin/python3', version: null }],
    };
    const own = { ...linked, ...bundleFile({ path: '/opt/own.pem', realPath: '/opt/own.pem' }) };
    const before: HostFacts = {
      ...hostWith(store()),
      bundles: { bundles: [linked, own] },
      pythons: { pythons: [] },
    };
    const { facts } = changed(effectOn(before));
    const [after] = facts.trustStores!.stores;

    expect(after!.bundle).toMatchObject({
      state: 'read',
      anchors: [anchor, second.sha256].sort(),
      sha256: null,
      size: null,
    });
    expect(after!.localAnchors).toEqual([{ path: FILE, anchor, problem: null }]);
    expect(facts.bundles!.bundles.map(({ anchors }) => anchors.includes(anchor))).toEqual([true, false]);
    expect(facts.pythons).toBe(before.pythons);
    trustStoresSection.parse(facts.trustStores);
  });

  it('changes nothing that it was given', () => {
    const before = hostWith(
      store({ localAnchors: [{ path: '/z.crt', anchor: second.sha256, problem: null }] }),
    );
    const copy = structuredClone(before);
    effectOn(before);

    expect(before).toEqual(copy);
  });

  it('is empty where the store holds the anchor', () => {
    expect(effectOn(hostWith(store({ bundle: bundleFile({ anchors: [anchor] }) })))).toEqual({
      kind: 'none',
    });
    // Also where nothing could be changed: there is nothing to change.
    expect(
      effectOn(
        hostWith(
          store({
            bundle: bundleFile({ anchors: [anchor] }),
            anchorDirectory: null,
            cannotChange: 'read-only',
          }),
        ),
      ),
    ).toEqual({ kind: 'none' });
  });

  it.each([
    ['under our own name', FILE],
    ['under another', `${DIRECTORY}/studio/ca.crt`],
  ])('only rebuilds where the file is there already %s', (_name, path) => {
    const effect = changed(effectOn(hostWith(store({ localAnchors: [{ path, anchor, problem: null }] }))));

    expect(effect.changes.map(({ kind }) => kind)).toEqual(['runTool', 'addAnchor']);
    expect(effect.facts.trustStores!.stores[0]!.localAnchors).toEqual([{ path, anchor, problem: null }]);
  });

  it('writes its own file again where that is damaged', () => {
    const effect = changed(
      effectOn(hostWith(store({ localAnchors: [{ path: FILE, anchor: null, problem: 'cut short' }] }))),
    );

    expect(effect.changes[0]).toMatchObject({ kind: 'addFile', path: FILE });
    expect(effect.facts.trustStores!.stores[0]!.localAnchors).toEqual([
      { path: FILE, anchor, problem: null },
    ]);
  });

  it('writes a file of its own where the one that is there has a name the tool does not read', () => {
    const effect = changed(
      effectOn(hostWith(store({ localAnchors: [{ path: `${DIRECTORY}/ca.pem`, anchor, problem: null }] }))),
    );

    expect(effect.changes[0]).toMatchObject({ kind: 'addFile', path: FILE });
  });

  it('takes the directory from the facts', () => {
    const [change] = changed(effectOn(hostWith(store({ anchorDirectory: '/srv/anchors/' })))).changes;

    expect(change).toMatchObject({ path: `/srv/anchors/${anchorFileName(anchor, { extension: '.crt' })}` });
  });

  it.each(['missing', 'empty', 'der', 'utf16', 'noCertificates'] as const)(
    'rebuilds a bundle that is %s',
    (state) => {
      const { facts } = changed(
        effectOn(hostWith(store({ bundle: bundleFile({ state, anchors: [], opensslAccepts: false }) }))),
      );

      expect(anchorStatus(facts, anchor)).toBe('met');
      expect(evaluatePolicy(policy, facts)).toEqual([]);
    },
  );

  const damagedFile: LocalAnchor = {
    path: `${DIRECTORY}/old.crt`,
    anchor: null,
    problem: 'base64 is cut short',
  };
  it.each([
    ['no facts', {}, /has not reported/],
    ['no store of the operating system', hostWith(store({ operatingSystem: false })), /has not reported/],
    ['an unknown driver', hostWith(store({ driver: 'guix' })), /"guix" cannot be changed by this release/],
    [
      'a driver named like a property of every object',
      hostWith(store({ driver: 'constructor' })),
      /"constructor"/,
    ],
    [
      'a store that cannot change',
      hostWith(store({ cannotChange: 'the image is read-only' })),
      /the image is read-only/,
    ],
    ['no directory', hostWith(store({ anchorDirectory: null })), /no directory/],
    [
      'a bundle that is a FIFO',
      hostWith(store({ bundle: bundleFile({ state: 'notRegularFile', anchors: [], detail: 'a FIFO' }) })),
      /notRegularFile \(a FIFO\)/,
    ],
    [
      'a bundle that could not be read',
      hostWith(store({ bundle: bundleFile({ state: 'unreadable', anchors: [] }) })),
      /unreadable/,
    ],
    [
      'a damaged file in the directory',
      hostWith(store({ localAnchors: [damagedFile] })),
      /old\.crt.*cut short.*Mend or remove/,
    ],
  ] as [string, HostFacts, RegExp][])('does not apply: %s', (_name, facts, reason) => {
    expect(effectOn(facts)).toEqual({
      kind: 'notApplicable',
      reason: expect.stringMatching(reason) as string,
    });
  });

  const chain: LocalAnchor = {
    path: `${DIRECTORY}/chain.crt`,
    anchor: second.sha256,
    problem: 'holds 2 certificates',
  };
  it.each([
    ['a file with a problem whose certificate stands in a bundle that works', bundleFile(), 'change'],
    ['the same, not built in yet', bundleFile({ anchors: [] }), 'notApplicable'],
    ['the same, in a bundle that OpenSSL refuses', bundleFile({ opensslAccepts: false }), 'notApplicable'],
  ] as [string, BundleFile, string][])('a rebuild must not spoil the bundle: %s → %s', (...row) => {
    const [, bundle, kind] = row;
    expect(effectOn(hostWith(store({ bundle, localAnchors: [chain] }))).kind).toBe(kind);
  });

  it('a file that the tool does not read spoils nothing', () => {
    expect(
      effectOn(hostWith(store({ localAnchors: [{ ...damagedFile, path: `${DIRECTORY}/notes.txt` }] }))).kind,
    ).toBe('change');
  });

  it('does not apply to a certificate other than the one named, nor to one that is no CA', () => {
    const facts = hostWith(store());

    expect(remedy.effect(facts, { anchor: second.sha256 }, { certificate: root }).kind).toBe('notApplicable');
    expect(effectOn(facts, { ...root, isAuthority: false })).toMatchObject({
      kind: 'notApplicable',
      reason: expect.stringMatching(/no CA/) as string,
    });
  });

  it.each([
    ['a digest', { anchor }, true],
    ['upper case', { anchor: anchor.toUpperCase() }, false],
    ['a path', { anchor: '../../etc/cron.d/x' }, false],
    ['nothing', {}, false],
    ['more than is understood', { anchor, command: 'id' }, false],
  ])('parameters: %s', (_name, parameters, valid) => {
    expect(remedy.parameters.safeParse(parameters).success).toBe(valid);
  });

  it('is of class trust', () => {
    expect([remedy.name, remedy.class]).toEqual(['trustStore.addAnchor', 'trust']);
  });

  it('the file holds the one PEM block that parses back to the anchor', () => {
    expect(describeCertificate(pemToDer(new TextDecoder().decode(anchorFileContent(root)))).sha256).toBe(
      anchor,
    );
  });
});

describe('remediesForCause', () => {
  it.each([
    ['anchorMissingFromStore', ['trustStore.addAnchor']],
    ['anchorMissingFromBundle', []],
    ['anchorForOtherPurposes', ['trustStore.addAnchor']],
    ['anchorDistrusted', []],
    ['storeMalformed', []],
    ['bundleStale', ['trust.repair']],
    ['hostNameMismatch', []],
    ['verificationOff', ['code.report']],
    ['ofANewerRelease', []],
    ['constructor', []],
  ])('%s → %j', (cause, names) => {
    expect(remediesForCause(cause)).toEqual(names);
  });

  it('gives a list of one’s own', () => {
    remediesForCause('anchorMissingFromStore').push('trustStore.addAnchor');

    expect(remediesForCause('anchorMissingFromStore')).toHaveLength(1);
  });
});

describe('any facts', () => {
  const mostly = <A, B>(usual: A, rare: B): fc.Arbitrary<A | B> =>
    fc.constantFrom<A | B>(usual, usual, usual, usual, usual, rare);
  const states = [
    'read',
    'missing',
    'unreadable',
    'notRegularFile',
    'tooLarge',
    'empty',
    'der',
    'utf16',
    'noCertificates',
  ] as const;
  const anyBundle = fc
    .record({
      state: fc.constantFrom(...states),
      anchors: fc.subarray([anchor, second.sha256]),
      opensslAccepts: fc.boolean(),
      realPath: fc.constantFrom(BUNDLE, null),
    })
    .map(bundleFile);
  const anyLocal = fc.record({
    path: fc.constantFrom(FILE, `${DIRECTORY}/a.crt`, `${DIRECTORY}/b.pem`),
    anchor: fc.constantFrom(anchor, second.sha256, second.sha256, second.sha256, null),
    problem: mostly(null, 'x'),
  });
  const anyStore = fc
    .record({
      bundle: anyBundle,
      operatingSystem: mostly(true, false),
      driver: mostly('debian', 'nss'),
      anchorDirectory: mostly(DIRECTORY, null),
      cannotChange: mostly(null, 'no'),
      localAnchors: fc.uniqueArray(anyLocal, { maxLength: 3, selector: ({ path }) => path }),
    })
    .map(store);
  const anyFacts = fc.record(
    {
      trustStores: fc.record({ stores: fc.array(anyStore, { minLength: 1, maxLength: 1 }) }),
      bundles: fc.record({
        bundles: fc.array(
          anyBundle.map((file) => ({
            ...file,
            provenance: [{ kind: 'certifi' as const, python: '/p', version: null }],
          })),
          { maxLength: 2 },
        ),
      }),
    },
    { requiredKeys: ['trustStores'] },
  );

  it('what the effect foresees satisfies the rule, and a second time there is nothing to do', () => {
    let changes = 0;
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const effect = effectOn(facts);
        if (effect.kind !== 'change') return;
        changes += 1;
        expect(effectOn(effect.facts)).toEqual({ kind: 'none' });
        expect(anchorStatus(effect.facts, anchor)).toBe('met');
        expect(
          evaluatePolicy(policy, effect.facts).filter(({ subject }) => subject.kind === 'trustStore'),
        ).toEqual([]);
        expect(effect.changes.at(-1)).toMatchObject({ kind: 'addAnchor', anchor });
      }),
      { numRuns: 1000 },
    );
    // A property that nothing reaches proves nothing.
    expect(changes).toBeGreaterThan(50);
  });

  it('the plan is empty exactly where the rule is met, and no anchor is ever taken away', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const effect = effectOn(facts);

        expect(effect.kind === 'none').toBe(anchorStatus(facts, anchor) === 'met');
        if (effect.kind !== 'change') return;
        for (const [index, before] of facts.trustStores.stores.entries()) {
          expect(effect.facts.trustStores!.stores[index]!.bundle.anchors).toEqual(
            expect.arrayContaining(before.bundle.anchors),
          );
        }
      }),
      { numRuns: 1000 },
    );
  });
});
