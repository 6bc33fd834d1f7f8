import { sha256Hex } from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import { jobPlan, type StoreEntry, type TrustStore, trustStoresSection } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import {
  ANCHOR_WAYS,
  anchorFileContent,
  type FileWay,
  type HostLook,
  isIn,
  type RemedyEffect,
  REMEDIES,
} from '../index.ts';
import {
  bundleFile,
  entry,
  ENTRY_DRIVERS,
  FILE_DRIVERS,
  hostWith,
  root,
  second,
  storeOf,
  third,
} from '../testing/facts.ts';

const remedy = REMEDIES['trustStore.removeAnchor'];
const anchor = root.sha256;
const HELD = bundleFile({ anchors: [anchor, second.sha256].sort() });
const PEM = sha256Hex(anchorFileContent(root));

interface How {
  readonly store?: string;
  readonly host?: HostLook;
  readonly listed?: boolean;
}
const effectOn = (facts: HostFacts, { store, ...context }: How = {}): RemedyEffect =>
  remedy.effect(facts, { anchor, store }, { certificate: root, ...context });
/** Asked of a store by its id. */
const effectIn = (store: TrustStore, how: How = {}): RemedyEffect =>
  effectOn(hostWith(store), { ...how, store: store.id });

function changed(effect: RemedyEffect): Extract<RemedyEffect, { kind: 'change' }> {
  if (effect.kind !== 'change') throw new Error(`no change: ${JSON.stringify(effect)}`);
  expect(jobPlan.parse({ changes: effect.changes })).toEqual({ changes: effect.changes });
  // A store that is named by its path stands in no section.
  const stores = effect.facts.trustStores!.stores.filter(({ id }) => !id.startsWith('bundle:'));
  trustStoresSection.parse({ stores });
  return effect;
}
const wayOf = (driver: string): FileWay => {
  const way = ANCHOR_WAYS.get(driver);
  if (way?.kind !== 'file') throw new Error(`${driver} has no files`);
  return way;
};
const refusal = (effect: RemedyEffect): string =>
  effect.kind === 'notApplicable' ? effect.reason : `not refused: ${effect.kind}`;

describe.each(FILE_DRIVERS)('trustStore.removeAnchor, %s', (driver) => {
  const way = wayOf(driver);
  const file = `${way.anchorDirectory}/trustfleet-${anchor.slice(0, 16)}${way.extension}`;
  const tool = { kind: 'runTool', argv: [...way.tool] };
  const about = { store: driver, anchor, subject: root.subject };

  it('an anchor of ours: its file goes and the tool runs', () => {
    const local = { path: file, anchor, problem: null };
    const { changes, facts } = changed(
      effectOn(hostWith(storeOf(driver, { bundle: HELD, localAnchors: [local] }))),
    );

    expect(changes).toEqual([
      { kind: 'removeFile', path: file, sha256: PEM },
      tool,
      { kind: 'removeAnchor', ...about },
    ]);
    expect(facts.trustStores!.stores[0]).toMatchObject({
      localAnchors: [],
      bundle: { anchors: [second.sha256], sha256: null },
    });
  });

  it("somebody else's files with it go too, as the host has seen them", () => {
    const paths = [`${way.anchorDirectory}/a.crt`, `${way.anchorDirectory}/b.crt`];
    const localAnchors = paths.map((path) => ({ path, anchor, problem: null }));
    const digests = new Map(paths.map((path, index) => [path, String(index).repeat(64)]));
    const host: HostLook = { digests, exclusion: { kind: 'none', reason: 'nothing ships it' } };
    const { changes } = changed(
      effectOn(hostWith(storeOf(driver, { bundle: HELD, localAnchors })), { host }),
    );

    expect(changes.filter(({ kind }) => kind === 'removeFile')).toEqual(
      paths.map((path, index) => ({ kind: 'removeFile', path, sha256: String(index).repeat(64) })),
    );
  });

  it('what the system ships is left out by its own means', () => {
    const { changes, facts } = changed(effectOn(hostWith(storeOf(driver, { bundle: HELD }))));
    const [after] = facts.trustStores!.stores;

    if (way.exclusion.kind === 'deselect') {
      expect(changes).toEqual([
        { kind: 'changeFile', path: '/etc/ca-certificates.conf', sha256: null },
        tool,
        { kind: 'removeAnchor', ...about },
      ]);
      expect(after!.entries).toMatchObject([{ anchor, trust: 'deselected', origin: 'vendor' }]);
    } else {
      const [directory] = way.exclusion.directories;
      const path = `${directory}/trustfleet-${anchor.slice(0, 16)}${way.extension}`;
      expect(changes).toEqual([
        { kind: 'addFile', path, sha256: PEM },
        tool,
        { kind: 'distrustAnchor', ...about },
      ]);
      expect(after!.entries).toMatchObject([
        { anchor, trust: 'distrusted', origin: 'local', location: path },
      ]);
    }
  });

  it('goes by where the store stands and by what the host found', () => {
    const store = storeOf(driver, { bundle: HELD, anchorDirectory: `/mnt/image${way.anchorDirectory}` });
    const foreseen = changed(effectOn(hostWith(store))).changes[0];
    const host: HostLook = {
      digests: new Map(),
      exclusion:
        way.exclusion.kind === 'deselect'
          ? { kind: 'selection', path: '/mnt/image/etc/ca-certificates.conf', sha256: 'c'.repeat(64) }
          : { kind: 'blocklist', directory: '/mnt/image/older' },
    };
    const found = changed(effectOn(hostWith(store), { host })).changes[0];

    expect(foreseen).toMatchObject({ path: expect.stringMatching(/^\/mnt\/image\/etc\//) as string });
    expect(found).toMatchObject(
      way.exclusion.kind === 'deselect'
        ? { kind: 'changeFile', sha256: 'c'.repeat(64) }
        : { kind: 'addFile', path: expect.stringMatching(/^\/mnt\/image\/older\/trustfleet-/) as string },
    );
  });

  it('both, where a file holds it and the system ships it', () => {
    const store = storeOf(driver, { bundle: HELD, localAnchors: [{ path: file, anchor, problem: null }] });
    const host: HostLook = {
      digests: new Map([[file, PEM]]),
      exclusion:
        way.exclusion.kind === 'deselect'
          ? { kind: 'selection', path: '/etc/ca-certificates.conf', sha256: 'c'.repeat(64) }
          : { kind: 'blocklist', directory: way.exclusion.directories[0] },
    };
    const { changes } = changed(effectOn(hostWith(store), { host, listed: true }));

    expect(changes.map(({ kind }) => kind)).toEqual(
      way.exclusion.kind === 'deselect'
        ? ['removeFile', 'changeFile', 'runTool', 'removeAnchor']
        : ['removeFile', 'addFile', 'runTool', 'distrustAnchor'],
    );
  });

  it.each<[string, Partial<TrustStore>, How, RegExp]>([
    [
      'a file that holds more than it',
      { localAnchors: [{ path: file, anchor, problem: 'holds 2 certificates' }] },
      {},
      /holds 2 certificates.*by hand/,
    ],
    [
      'a link',
      { localAnchors: [{ path: file, anchor, problem: null }] },
      { host: { digests: new Map([[file, null]]), exclusion: { kind: 'none', reason: 'no' } } },
      /is a link/,
    ],
    [
      'what the host cannot leave out',
      {},
      { host: { digests: new Map(), exclusion: { kind: 'none', reason: 'There is no such line.' } } },
      /^There is no such line\.$/,
    ],
    [
      'the only anchor',
      { bundle: bundleFile({ anchors: [anchor] }) },
      {},
      /only anchor.*Add the one that takes its place/,
    ],
    ['a store that cannot change', { cannotChange: 'the image is read-only' }, {}, /the image is read-only/],
    [
      'a bundle that cannot be read',
      { bundle: { ...HELD, state: 'unreadable' } },
      {},
      /unreadable.*mend that first/,
    ],
  ])('does not apply: %s', (...[, change, how, reason]) => {
    expect(refusal(effectOn(hostWith(storeOf(driver, { bundle: HELD, ...change })), how))).toMatch(reason);
  });

  it('is empty where the store does not hold it', () => {
    expect(effectOn(hostWith(storeOf(driver)))).toEqual({ kind: 'none' });
  });

  it('takes a file away also before the tool has taken it in', () => {
    const store = storeOf(driver, { localAnchors: [{ path: file, anchor, problem: null }] });

    expect(changed(effectOn(hostWith(store))).changes[0]).toMatchObject({ kind: 'removeFile', path: file });
  });
});

describe.each(ENTRY_DRIVERS)('trustStore.removeAnchor, %s', (driver) => {
  const origin: StoreEntry['origin'] = driver === 'firefox.policy' ? 'policy' : 'local';

  it('an entry goes', () => {
    const store = storeOf(driver, { bundle: HELD, entries: [entry({ origin })] });
    const { changes, facts } = changed(effectIn(store));

    expect(changes).toEqual([{ kind: 'removeAnchor', store: store.id, anchor, subject: root.subject }]);
    expect(isIn(facts.trustStores!.stores[0]!, anchor)).toBe(false);
    expect(effectOn(facts, { store: store.id })).toEqual({ kind: 'none' });
  });

  it.each<[string, Partial<TrustStore>, RegExp]>([
    ['a store that cannot change', { cannotChange: 'it is locked' }, /it is locked/],
    ...(driver === 'nss'
      ? []
      : [
          ['the store of one account', { user: 'zoe' }, /account zoe/] satisfies [
            string,
            Partial<TrustStore>,
            RegExp,
          ],
        ]),
  ])('does not apply: %s', (_name, change, reason) => {
    const store = storeOf(driver, { bundle: HELD, entries: [entry({ origin })], ...change });

    expect(refusal(effectIn(store))).toMatch(reason);
  });
});

describe('trustStore.removeAnchor, where stores differ', () => {
  const windows = (change: Partial<StoreEntry>): TrustStore =>
    storeOf('windows', { bundle: HELD, entries: [entry(change)] });

  it('Windows brings back what it ships: says where to put it instead', () => {
    expect(refusal(effectOn(hostWith(windows({ origin: 'vendor' }))))).toMatch(
      /brings it back.*windows\.localMachine\.disallowed.*trustStore\.addAnchor/,
    );
  });

  it('macOS keeps what it ships: says how to have it rejected', () => {
    const store = storeOf('macos', { bundle: HELD, entries: [entry({ origin: 'vendor' })] });

    expect(refusal(effectOn(hostWith(store)))).toMatch(/nobody writes to.*configuration profile/);
  });

  it.each(['windows', 'macos'])(
    '%s: what the store holds without a word about it came with the system',
    (driver) => {
      expect(effectIn(storeOf(driver, { bundle: HELD })).kind).toBe('notApplicable');
    },
  );

  it('what Windows itself rejects stays rejected', () => {
    const store = storeOf('windows', {
      id: 'windows.localMachine.disallowed',
      entries: [entry({ trust: 'distrusted', origin: 'vendor' })],
    });

    expect(refusal(effectIn(store))).toMatch(/Windows itself rejects/);
  });

  it.each(['windows', 'macos', 'nss', 'java'])(
    '%s: what a policy puts there is taken out of the policy',
    (driver) => {
      const store = storeOf(driver, {
        bundle: HELD,
        entries: [entry({ origin: 'policy', location: 'Group Policy' })],
      });

      expect(refusal(effectIn(store))).toMatch(/central policy \(Group Policy\).*take it out of that policy/);
    },
  );

  it('a copy of ours beside one of a policy stays, since nothing would be won', () => {
    const store = storeOf('windows', {
      bundle: HELD,
      entries: [entry(), entry({ origin: 'policy', location: 'Enterprise' })],
    });

    expect(refusal(effectIn(store))).toMatch(/Enterprise/);
  });

  it('NSS rejects what it carries in itself, also where the database says nothing of it', () => {
    const empty = storeOf('nss');
    const { changes, facts } = changed(effectIn(empty, { listed: true }));

    expect(changes).toEqual([{ kind: 'distrustAnchor', store: empty.id, anchor, subject: root.subject }]);
    expect(effectOn(facts, { store: empty.id, listed: true })).toEqual({ kind: 'none' });
    expect(effectIn(empty, { listed: false })).toEqual({ kind: 'none' });
    expect(
      changed(effectIn(storeOf('nss', { bundle: HELD, entries: [entry()] }), { listed: true })).changes,
    ).toEqual(changes);
  });

  it('out of the store of rejected certificates: programs stop rejecting', () => {
    const store = storeOf('windows', {
      id: 'windows.localMachine.disallowed',
      operatingSystem: false,
      entries: [entry({ trust: 'distrusted' })],
    });
    const effect = changed(effectIn(store));

    expect(effect.changes).toMatchObject([{ kind: 'removeAnchor', store: store.id }]);
    expect(effect.remark).toMatch(/stop rejecting/);
    expect(effectOn(effect.facts, { store: store.id })).toEqual({ kind: 'none' });
  });

  it('the only anchor of a PEM file stays; a database may be empty', () => {
    const alone = { bundle: bundleFile({ anchors: [anchor] }), entries: [entry()] };

    expect(refusal(effectIn(storeOf('pem-bundle', alone)))).toMatch(/only anchor/);
    expect(effectIn(storeOf('java', alone)).kind).toBe('change');
  });

  it('a file that only the section `bundles` tells of is known by its path', () => {
    const bundle = {
      ...HELD,
      ...{ path: '/opt/py/cacert.pem', realPath: '/opt/py/cacert.pem' },
      provenance: [{ kind: 'certifi' as const, python: '/p', version: null }],
    };
    const facts: HostFacts = { ...hostWith(storeOf('debian')), bundles: { bundles: [bundle] } };
    const effect = changed(effectOn(facts, { store: 'bundle:/opt/py/cacert.pem' }));

    expect(effect.changes).toMatchObject([{ kind: 'removeAnchor', store: 'bundle:/opt/py/cacert.pem' }]);
    expect(effect.facts.bundles!.bundles[0]!.anchors).toEqual([second.sha256]);
    expect(refusal(effectOn(facts, { store: 'bundle:/opt/other.pem' }))).toMatch(
      /no store bundle:\/opt\/other\.pem/,
    );
  });

  it.each<[string, HostFacts, How, RegExp]>([
    ['no facts', {}, {}, /has not reported/],
    [
      'another store than there is',
      hostWith(storeOf('debian')),
      { store: 'java:0' },
      /no store java:0 on this host/,
    ],
    [
      'a driver of a newer release',
      hostWith(storeOf('guix', { operatingSystem: true, bundle: HELD })),
      {},
      /"guix"/,
    ],
    [
      'a driver named like a property of every object',
      hostWith(storeOf('constructor', { operatingSystem: true, bundle: HELD })),
      {},
      /"constructor"/,
    ],
  ])('does not apply: %s', (...[, facts, how, reason]) => {
    expect(refusal(effectOn(facts, how))).toMatch(reason);
  });

  it('does not apply to a certificate other than the one named', () => {
    const facts = hostWith(storeOf('debian', { bundle: HELD }));

    expect(remedy.effect(facts, { anchor: third.sha256 }, { certificate: root }).kind).toBe('notApplicable');
  });

  it('asks for a certificate alone, whether it could vouch for anybody or not', () => {
    const store = storeOf('java', { bundle: HELD, entries: [entry()] });
    const leaf = { ...root, isAuthority: false };

    expect(remedy.effect(hostWith(store), { anchor, store: store.id }, { certificate: leaf }).kind).toBe(
      'change',
    );
  });
});
