import { readFileSync } from 'node:fs';
import type { SectionDifference } from '@trustfleet/api';
import { SECTION_NAMES, type AnchorTrust, type Inventory, type StoreEntry } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSection, nameAnchors } from './diff-section.ts';

/**
 * What the agent's own `scan --json` said of one Debian 12 tree before and after: a CA was added to and a root switched off in the store by
 * Debian's update-ca-certificates, requests was upgraded by pip, a variable was changed and one added. Paths are those below the tree's root.
 */
const recorded = (side: 'before' | 'after'): Inventory =>
  JSON.parse(readFileSync(new URL(`recorded/${side}.json`, import.meta.url), 'utf8')) as Inventory;
const before = recorded('before');
const after = recorded('after');

const STUDIO = '48b90306d15e12fa85380f88e39949167b75229afe3eee42cfb200a1c1ae1d07';
const CERTIGNA = 'e3b6a2db2ed7ce48842f7ac53241c7b71d54144bfb40c11f3f1d0b42f5eea12d';
const STORE = '/etc/ssl/certs/ca-certificates.crt';

type Short = Partial<SectionDifference>;
const exactly = (expected: Short): SectionDifference =>
  ({ where: null, anchor: null, before: null, after: null, ...expected }) as SectionDifference;

describe('recorded bodies', () => {
  it('trustStores: the anchors that came and went, in the bundle and as a file', () => {
    expect(diffSection('trustStores', before.trustStores, after.trustStores)).toEqual([
      exactly({ change: 'appeared', kind: 'anchor', name: STUDIO, where: STORE, anchor: STUDIO }),
      exactly({
        ...{ change: 'appeared', kind: 'anchor', name: STUDIO, anchor: STUDIO },
        where: '/usr/local/share/ca-certificates/studio.crt',
      }),
      exactly({ change: 'left', kind: 'anchor', name: CERTIGNA, where: STORE, anchor: CERTIGNA }),
    ]);
  });

  it('anchors are called by their certificates’ names where the fleet holds them', () => {
    const told = diffSection('trustStores', before.trustStores, after.trustStores);
    const named = nameAnchors(told, (sha256) => (sha256 === STUDIO ? 'Recorded studio CA' : undefined));

    expect(named.map(({ name }) => name)).toEqual(['Recorded studio CA', 'Recorded studio CA', CERTIGNA]);
  });

  it('pythons: the upgrade of a package', () => {
    expect(diffSection('pythons', before.pythons, after.pythons)).toEqual([
      exactly({
        ...{ change: 'changed', kind: 'package', name: 'requests', where: '/opt/pipeline/bin/python3' },
        ...{ before: '2.31.0', after: '2.32.3' },
      }),
    ]);
  });

  it('variables: one changed, one new', () => {
    const about = { kind: 'variable' as const, where: '/etc/environment' };

    expect(diffSection('variables', before.variables, after.variables)).toEqual([
      exactly({
        ...about,
        change: 'changed',
        name: 'REQUESTS_CA_BUNDLE',
        before: STORE,
        after: '/opt/studio/ca.pem',
      }),
      exactly({ ...about, change: 'appeared', name: 'SSL_CERT_FILE', after: '/opt/studio/ca.pem' }),
    ]);
  });

  it('bundles: the file that the variable named and the one that it names now', () => {
    expect(diffSection('bundles', before.bundles, after.bundles)).toEqual([
      exactly({ change: 'left', kind: 'bundle', name: STORE, before: 'REQUESTS_CA_BUNDLE (machine)' }),
      exactly({
        ...{ change: 'appeared', kind: 'bundle', name: '/opt/studio/ca.pem' },
        after: 'REQUESTS_CA_BUNDLE (machine), SSL_CERT_FILE (machine)',
      }),
    ]);
  });

  it('system: a new kernel', () => {
    expect(diffSection('system', before.system, after.system)).toEqual([
      exactly({
        ...{ change: 'changed', kind: 'system', name: 'os.kernel' },
        ...{ before: '6.1.0-28-amd64', after: '6.1.0-31-amd64' },
      }),
    ]);
  });

  it('the other way round: what appeared is what left', () => {
    const mirror = { appeared: 'left', left: 'appeared', changed: 'changed' } as const;
    const key = (difference: SectionDifference) => JSON.stringify(difference);
    for (const name of SECTION_NAMES) {
      const forth = diffSection(name, before[name], after[name]);
      const back = diffSection(name, after[name], before[name]);
      const turned = forth.map((difference) => ({
        ...difference,
        change: mirror[difference.change],
        before: difference.after,
        after: difference.before,
      }));

      expect(back.map(key).sort()).toEqual(turned.map(key).sort());
    }
  });
});

/** One body with one thing in it changed. */
function changedBody<Name extends keyof Inventory>(
  name: Name,
  change: (body: Inventory[Name]) => void,
): SectionDifference[] {
  const body = structuredClone(before[name]);
  change(body);
  return diffSection(name, before[name], body);
}

const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new RangeError('empty');
  return item;
};

describe('one fact changed', () => {
  it.each([
    [
      'a store left',
      () => changedBody('trustStores', (body) => body.stores.pop()),
      { change: 'left', kind: 'store', name: first(before.trustStores.stores).name, where: STORE },
    ],
    [
      'a store can no longer be changed',
      () =>
        changedBody('trustStores', (body) => {
          first(body.stores).cannotChange = 'its tool is gone';
        }),
      { change: 'changed', kind: 'store', after: 'its tool is gone' },
    ],
    [
      'a store rejects an anchor from now on',
      () =>
        changedBody('trustStores', (body) => {
          first(body.stores).entries = [
            {
              ...{ anchor: STUDIO, trust: 'distrusted', origin: 'local', name: null, purposes: null },
              location: 'LocalMachine\\Disallowed',
            },
          ];
        }),
      {
        ...{ change: 'changed', kind: 'anchor', anchor: STUDIO, after: 'distrusted' },
        where: 'LocalMachine\\Disallowed',
      },
    ],
    [
      'the bundle has a truncated block: no program loads it',
      () =>
        changedBody('trustStores', (body) => {
          first(body.stores).bundle.opensslAccepts = false;
        }),
      { change: 'changed', kind: 'bundle', name: STORE, before: 'read', after: 'malformed' },
    ],
    [
      'the bundle’s bytes alone',
      () =>
        changedBody('trustStores', (body) => {
          first(body.stores).bundle.sha256 = 'a'.repeat(64);
        }),
      { change: 'changed', kind: 'bundle', name: STORE, after: 'a'.repeat(64) },
    ],
    [
      'another user of a bundle',
      () =>
        changedBody('bundles', (body) => {
          first(body.bundles).provenance.push({ kind: 'certifi', python: '/p', version: '1' });
        }),
      { change: 'changed', kind: 'bundle', after: 'REQUESTS_CA_BUNDLE (machine), certifi 1 of /p' },
    ],
    [
      'a Python environment left',
      () => changedBody('pythons', (body) => body.pythons.pop()),
      { change: 'left', kind: 'python', name: '/opt/pipeline/bin/python3', before: '3.11.7' },
    ],
    [
      'a package left',
      () => changedBody('pythons', (body) => first(body.pythons).packages.pop()),
      { change: 'left', kind: 'package', name: 'urllib3 2.8.0', where: '/opt/pipeline/bin/python3' },
    ],
    [
      'a second copy of a package',
      () =>
        changedBody('pythons', (body) =>
          first(body.pythons).packages.push({ name: 'certifi', version: '2020.1.1', location: '/vendored' }),
        ),
      { change: 'appeared', kind: 'package', name: 'certifi 2020.1.1' },
    ],
    [
      'another OpenSSL',
      () =>
        changedBody('pythons', (body) => {
          first(body.pythons).openssl = 'OpenSSL 3.5.0';
        }),
      { change: 'changed', kind: 'python', before: null, after: 'OpenSSL 3.5.0' },
    ],
    [
      'something that could not be read',
      () =>
        changedBody('variables', (body) => body.problems?.push({ path: '/etc/profile', reason: 'EACCES' })),
      { change: 'appeared', kind: 'other', name: '/etc/profile', after: 'EACCES' },
    ],
    [
      'a network interface',
      () => changedBody('system', (body) => body.interfaces.push({ name: 'wlan0', mac: null })),
      { change: 'appeared', kind: 'system', name: 'wlan0' },
    ],
    [
      'a fact of a newer agent',
      () =>
        changedBody('system', (body) => {
          body['bootMode'] = 'uefi';
        }),
      { change: 'changed', kind: 'system', name: 'bootMode', before: null, after: 'uefi' },
    ],
    [
      'a field that this release cannot name',
      () =>
        changedBody('pythons', (body) => {
          first(body.pythons)['signedBy'] = 'someone';
        }),
      { change: 'changed', kind: 'other', name: 'pythons' },
    ],
    [
      'a section of a newer release',
      () => diffSection('fonts', { fonts: [1] }, { fonts: [2] }),
      { change: 'changed', kind: 'other', name: 'fonts' },
    ],
    [
      'a body that is not understood',
      () => diffSection('system', before.system, 'garbage'),
      { change: 'changed', kind: 'other', name: 'system' },
    ],
    [
      'a section named like a property of every object',
      () => diffSection('constructor', {}, {}),
      { change: 'changed', kind: 'other', name: 'constructor' },
    ],
  ] as [string, () => SectionDifference[], Short][])('%s', (_name, diff, expected) => {
    const told = diff();

    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject(expected);
  });

  it('texts of a host are cut: a page holds thousands of them', () => {
    const [told] = changedBody('variables', (body) => {
      first(body.variables).value = '\u{1f600}'.repeat(2000);
    });

    expect(told?.after?.length).toBe(300);
    expect(told?.after?.isWellFormed()).toBe(true);
  });
});

describe('what a store says of an anchor', () => {
  const entry = (trust: AnchorTrust): StoreEntry => ({
    ...{ anchor: STUDIO, trust, origin: 'local', name: null, purposes: null },
    location: 'LocalMachine\\Root',
  });
  const body = (trust: AnchorTrust | null) => {
    const store = first(before.trustStores.stores);
    return { stores: [{ ...store, entries: trust === null ? [] : [entry(trust)] }] };
  };

  it.each<[string, AnchorTrust | null, AnchorTrust | null, Short[]]>([
    ['another thing than before', 'servers', 'distrusted', [{ before: 'servers', after: 'distrusted' }]],
    ['a rejection that is over', 'distrusted', null, [{ before: 'distrusted', after: null }]],
    ['the same as before', 'distrusted', 'distrusted', []],
    ['trust that is new, which the bundle tells', null, 'servers', []],
    ['trust that is gone, which the bundle tells', 'servers', null, []],
  ])('%s', (...[, was, is, expected]) => {
    const told = diffSection('trustStores', body(was), body(is));

    expect(told.filter(({ kind }) => kind === 'anchor')).toEqual(
      expected.map((change) =>
        exactly({
          ...{ change: 'changed', kind: 'anchor', name: STUDIO, anchor: STUDIO },
          ...{ where: 'LocalMachine\\Root', ...change },
        }),
      ),
    );
  });
});

it('any two sets of anchors: what appeared and left turns the one into the other', () => {
  const fingerprints = fc.uniqueArray(
    fc.integer({ min: 0, max: 20 }).map((n) => n.toString(16).padStart(64, '0')),
  );
  fc.assert(
    fc.property(fingerprints, fingerprints, (was, is) => {
      const store = first(before.trustStores.stores);
      const body = (anchors: readonly string[]) => ({
        stores: [{ ...store, bundle: { ...store.bundle, anchors } }],
      });
      const told = diffSection('trustStores', body(was), body(is));
      const of = (change: string) => told.flatMap((one) => (one.change === change ? [one.anchor] : []));

      const turned = [...was.filter((sha256) => !of('left').includes(sha256)), ...of('appeared')];
      expect([...turned].sort()).toEqual([...is].sort());
    }),
  );
});
