import type { HostFacts } from '@trustfleet/policy';
import { jobPlan, type CaVariable, type InventoryBundle } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  keptBundlePath,
  REMEDIES,
  UNION_BUNDLE_PATHS,
  type BundleContext,
  type BundleHost,
  type BundleUndoContext,
  type RemedyEffect,
} from '../index.ts';
import { bundleFile, root, second, storeOf, third } from '../testing/facts.ts';

const remedy = REMEDIES['bundle.deploy'];
const PATH = UNION_BUNDLE_PATHS.linux;
const digest = (letter: string): string => letter.repeat(64);
const NEW = digest('b');
const parameters = { bundle: NEW, list: { name: 'certifi 2026.10.18', published: '2026-10-18' } };
const ANCHORS = [root.sha256, second.sha256].sort();

function context(change: Partial<BundleContext> = {}): BundleContext {
  return {
    ...{ platform: 'linux', bundle: { anchors: ANCHORS, size: 1000 }, wasPublic: () => false },
    ...change,
  };
}
const place = (change: Partial<BundleHost> = {}): BundleHost => ({
  ...{ path: PATH, problem: null, current: null, kept: [] },
  ...change,
});
const variable = (value: string, change: Partial<CaVariable> = {}): CaVariable => ({
  ...{ name: 'SSL_CERT_FILE', scope: 'machine', owner: null, value, source: '/etc/environment' },
  ...change,
});
const inventory = (change: Partial<InventoryBundle> = {}): InventoryBundle => ({
  ...bundleFile({ path: PATH, realPath: PATH, anchors: ANCHORS }),
  provenance: [
    { kind: 'variable', name: 'SSL_CERT_FILE', scope: 'machine', owner: null, source: '/etc/environment' },
  ],
  ...change,
});
const debian = storeOf('debian', {
  bundle: bundleFile({ anchors: [second.sha256, third.sha256] }),
  localAnchors: [
    { path: '/usr/local/share/ca-certificates/studio.crt', anchor: third.sha256, problem: null },
  ],
});
const facts = (change: Partial<HostFacts> = {}): HostFacts => ({
  ...{ trustStores: { stores: [] }, bundles: { bundles: [] }, variables: { variables: [] } },
  ...change,
});
function changed(effect: RemedyEffect): Extract<RemedyEffect, { kind: 'change' }> {
  if (effect.kind !== 'change') throw new Error(`no change: ${JSON.stringify(effect)}`);
  return effect;
}

describe('bundle.deploy', () => {
  it('writes a copy that is named by its content, then the one file at its fixed place', () => {
    const { changes, remark } = changed(remedy.effect(facts(), parameters, context({ host: place() })));

    expect(changes).toEqual([
      { kind: 'addFile', path: `/etc/trustfleet/ca-bundle.${NEW.slice(0, 16)}.pem`, sha256: NEW },
      { kind: 'addFile', path: PATH, sha256: NEW },
    ]);
    expect(remark).toMatch(/Nothing names \/etc\/trustfleet\/ca-bundle\.pem yet/);
    expect(jobPlan.parse({ changes, remarks: [remark] })).toBeTruthy();
  });

  it('keeps what it finds there, and no more than three versions', () => {
    const kept = ['1', '2', '3'].map((letter) => ({
      path: keptBundlePath(PATH, digest(letter)),
      sha256: digest(letter),
    }));
    const at = (current: string): string[] =>
      changed(
        remedy.effect(
          facts(),
          parameters,
          context({ host: place({ current: { sha256: digest(current), readable: true }, kept }) }),
        ),
      ).changes.map((change) => `${change.kind} ${String(change['path']).slice(0, 30)}`);

    expect(at('3')).toEqual([
      'addFile /etc/trustfleet/ca-bundle.bbbb',
      'changeFile /etc/trustfleet/ca-bundle.pem',
      'removeFile /etc/trustfleet/ca-bundle.1111',
    ]);
    // Somebody else's file in the place is kept as well.
    expect(at('9')).toEqual([
      'addFile /etc/trustfleet/ca-bundle.9999',
      'addFile /etc/trustfleet/ca-bundle.bbbb',
      'changeFile /etc/trustfleet/ca-bundle.pem',
      'removeFile /etc/trustfleet/ca-bundle.1111',
      'removeFile /etc/trustfleet/ca-bundle.2222',
    ]);
  });

  it('is empty where the bundle stands; one that not everybody can read is written again', () => {
    const standing = (readable: boolean): RemedyEffect =>
      remedy.effect(facts(), parameters, context({ host: place({ current: { sha256: NEW, readable } }) }));

    expect(standing(true)).toEqual({ kind: 'none' });
    expect(changed(standing(false)).changes.at(-1)).toEqual({ kind: 'changeFile', path: PATH, sha256: NEW });
  });

  it('foresees the facts of the next scan, and is empty on them', () => {
    const before = facts({
      bundles: {
        bundles: [inventory(), inventory({ path: '/link.pem' }), inventory({ path: '/a', realPath: '/a' })],
      },
      variables: { variables: [variable(PATH)] },
    });
    const copy = structuredClone(before);
    const effect = changed(remedy.effect(before, parameters, context()));
    const digests = effect.facts.bundles!.bundles.map(({ path, sha256, anchors }) => [
      path,
      sha256,
      anchors.length,
    ]);

    expect(digests).toEqual([
      [PATH, NEW, 2],
      ['/link.pem', NEW, 2],
      ['/a', digest('a'), 2],
    ]);
    expect(remedy.effect(effect.facts, parameters, context())).toEqual({ kind: 'none' });
    expect(effect.remark).toBeNull();
    expect(before).toEqual(copy);
  });

  describe('what programs of the machine have and the bundle lacks', () => {
    const held = facts({ trustStores: { stores: [debian] } });

    it('is refused on Linux, with its place', () => {
      expect(remedy.effect(held, parameters, context())).toEqual({
        kind: 'notApplicable',
        reason: expect.stringMatching(
          new RegExp(`${third.sha256} \\(/usr/local/share/ca-certificates/studio\\.crt\\).*approve`),
        ) as string,
      });
    });

    it.each<[string, Partial<BundleContext>, string[]]>([
      ['approved by name', {}, [third.sha256]],
      ['once public', { wasPublic: (anchor) => anchor === third.sha256 }, []],
    ])('%s: it is told', (_name, change, approvedLosses) => {
      const effect = changed(remedy.effect(held, { ...parameters, approvedLosses }, context(change)));

      expect(effect.remark).toContain(third.sha256);
    });

    it.each(['windows', 'macos'] as const)(
      'is no loss on %s, where the variable replaces no store',
      (platform) => {
        expect(remedy.effect(held, parameters, context({ platform })).kind).toBe('change');
      },
    );

    it('counts in the file that is replaced, on every system', () => {
      const path = UNION_BUNDLE_PATHS.windows.toUpperCase();
      const before = facts({
        bundles: { bundles: [inventory({ path, realPath: path, anchors: [third.sha256] })] },
      });

      expect(remedy.effect(before, parameters, context({ platform: 'windows' })).kind).toBe('notApplicable');
    });

    it('a store of one program counts not: its programs do not read the variable', () => {
      const other = facts({ trustStores: { stores: [{ ...debian, operatingSystem: false }] } });
      expect(remedy.effect(other, parameters, context()).kind).toBe('change');
    });
  });

  it.each<[string, Partial<BundleContext>, RegExp]>([
    [
      'a place that cannot take it',
      { host: place({ problem: 'others can write it' }) },
      /others can write it/,
    ],
    ['a bundle of one root', { bundle: { anchors: [root.sha256], size: 10 } }, /holds 1 certificates/],
  ])('does not apply: %s', (_name, change, reason) => {
    expect(remedy.effect(facts(), parameters, context(change))).toEqual({
      kind: 'notApplicable',
      reason: expect.stringMatching(reason) as string,
    });
  });

  it('applied twice is applied once, whatever stood there', () => {
    const letters = fc.constantFrom('1', '2', '3', '4', 'b');
    fc.assert(
      fc.property(fc.option(letters), fc.uniqueArray(letters, { maxLength: 4 }), (now, old) => {
        const kept = old.map((letter) => ({
          path: keptBundlePath(PATH, digest(letter)),
          sha256: digest(letter),
        }));
        const current = now === null ? null : { sha256: digest(now), readable: true };
        const effect = remedy.effect(facts(), parameters, context({ host: place({ current, kept }) }));
        if (effect.kind === 'none') {
          expect(now).toBe('b');
          return;
        }
        const after = new Map(kept.map(({ path, sha256 }) => [path, sha256]));
        if (now !== null) after.set(PATH, digest(now));
        for (const change of changed(effect).changes) {
          if (change.kind === 'removeFile') after.delete(change.path);
          else if (change.kind === 'addFile' || change.kind === 'changeFile')
            after.set(change.path, change.sha256!);
        }
        expect(after.get(PATH)).toBe(NEW);
        after.delete(PATH);
        expect([...after.values()]).toEqual(
          expect.arrayContaining(now === null ? [NEW] : [NEW, digest(now)]),
        );
        expect(after.size).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('taking a deployment back', () => {
  const OLD = digest('1');
  const file = { path: PATH, now: NEW, written: NEW, previous: OLD };
  const copy = { path: keptBundlePath(PATH, NEW), now: NEW, written: NEW, previous: null };
  const left = (change: Partial<BundleUndoContext> = {}): BundleUndoContext => ({
    ...{ platform: 'linux', path: PATH, files: [file, copy], atHand: [OLD] },
    ...change,
  });

  it('puts the version before in its place, and the copy goes', () => {
    expect(
      remedy.undoEffect(facts({ variables: { variables: [variable(PATH)] } }), parameters, left()),
    ).toEqual({
      kind: 'change',
      changes: [
        { kind: 'restoreFile', path: PATH, sha256: OLD },
        { kind: 'removeFile', path: copy.path, sha256: NEW },
      ],
    });
  });

  it('nothing is left of it', () => {
    const files = [
      { ...file, now: OLD },
      { ...copy, now: null },
    ];
    expect(remedy.undoEffect(facts(), parameters, left({ files }))).toEqual({ kind: 'none' });
  });

  it('a copy that somebody changed stays', () => {
    const files = [file, { ...copy, now: digest('7') }];
    expect(remedy.undoEffect(facts(), parameters, left({ files }))).toMatchObject({
      changes: [{ kind: 'restoreFile' }],
    });
  });

  const first = [{ ...file, previous: null }, copy];
  it('the first one leaves an empty place where nothing names it', () => {
    expect(remedy.undoEffect(facts(), parameters, left({ files: first }))).toMatchObject({
      changes: [{ kind: 'removeFile', path: PATH, sha256: NEW }, { kind: 'removeFile' }],
    });
  });

  it.each<[string, Partial<HostFacts>]>([
    ['a variable', { variables: { variables: [variable(PATH, { source: '/home/zoe/.profile' })] } }],
    ['a setting', { variables: { variables: [], settings: [{ ...variable(PATH), name: 'AWS_CA_BUNDLE' }] } }],
    [
      "a client's option",
      {
        variables: {
          variables: [],
          options: [
            {
              ...{ client: 'pip', name: 'cert', value: PATH, definedIn: '/etc/pip.conf' },
              ...{ account: null, scope: 'machine', python: null },
            },
          ],
        },
      },
    ],
  ])('the place is never left empty while %s names it', (_name, change) => {
    expect(remedy.undoEffect(facts(change), parameters, left({ files: first }))).toEqual({
      kind: 'blocked',
      reason: expect.stringMatching(
        /is named by .*(SSL_CERT_FILE|AWS_CA_BUNDLE|cert \(\/etc).*variable\.unset/,
      ) as string,
    });
  });

  it.each<[string, Partial<BundleUndoContext>, RegExp]>([
    ['another bundle stands there', { files: [{ ...file, now: digest('7') }] }, /no longer holds the bundle/],
    ['the version before is gone', { atHand: [] }, /no longer kept/],
  ])('is blocked where %s', (_name, change, reason) => {
    expect(remedy.undoEffect(facts(), parameters, left(change))).toEqual({
      kind: 'blocked',
      reason: expect.stringMatching(reason) as string,
    });
  });
});
