import { createHash } from 'node:crypto';
import type { HostFacts } from '@trustfleet/policy';
import type { TrustStore } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { ANCHOR_WAYS, type FileWay, type RemedyEffect, REMEDIES } from '../index.ts';
import { bundleFile, entry, ENTRY_DRIVERS, FILE_DRIVERS, hostWith, root, storeOf } from '../testing/facts.ts';

const remedy = REMEDIES['trustStore.addAnchor'];
const anchor = root.sha256;
const effectOn = (facts: HostFacts): RemedyEffect => remedy.effect(facts, { anchor }, { certificate: root });

function changed(effect: RemedyEffect): Extract<RemedyEffect, { kind: 'change' }> {
  if (effect.kind !== 'change') throw new Error(`no change: ${JSON.stringify(effect)}`);
  return effect;
}

describe.each(FILE_DRIVERS)('by a file and a tool: %s', (driver) => {
  const way = ANCHOR_WAYS.get(driver) as FileWay;
  const store = (change: Partial<TrustStore> = {}): TrustStore => storeOf(driver, change);

  it('its own directory, name and tool', () => {
    const { changes, facts } = changed(effectOn(hostWith(store())));

    expect(changes).toEqual([
      {
        kind: 'addFile',
        path: `${way.anchorDirectory}/trustfleet-${anchor.slice(0, 16)}${way.extension}`,
        sha256: createHash('sha256').update(root.pem).digest('hex'),
      },
      { kind: 'runTool', argv: [...way.tool] },
      { kind: 'addAnchor', store: driver, anchor, subject: root.subject },
    ]);
    expect(effectOn(facts)).toEqual({ kind: 'none' });
  });

  it('does not apply where the store rejects the certificate, and says where', () => {
    const entries = [entry({ trust: 'distrusted', location: '/etc/pki/blocklist/x.pem' })];

    expect(effectOn(hostWith(store({ entries })))).toMatchObject({
      kind: 'notApplicable',
      reason: expect.stringMatching(/rejects.*\/etc\/pki\/blocklist\/x\.pem.*first/) as string,
    });
  });

  it('what this machine left out comes back as an anchor of its own, and the plan says so', () => {
    const entries = [entry({ trust: 'deselected', origin: 'vendor', location: '/etc/ca-certificates.conf' })];
    const effect = changed(effectOn(hostWith(store({ entries }))));

    expect(effect.changes[0]).toMatchObject({ kind: 'addFile' });
    expect(effect.remark).toMatch(/left it out \(\/etc\/ca-certificates\.conf\).*stays as it is/);
    expect(effect.facts.trustStores!.stores[0]!.entries).toEqual([]);
  });

  it('a damaged file hinders only a tool that copies what it finds', () => {
    const damaged = { path: `${way.anchorDirectory}/old.crt`, anchor: null, problem: 'cut short' };

    expect(effectOn(hostWith(store({ localAnchors: [damaged] }))).kind).toBe(
      way.copies ? 'notApplicable' : 'change',
    );
  });
});

describe.each(ENTRY_DRIVERS)('entry by entry: %s', (driver) => {
  const effectIn = (store: TrustStore, certificate = root): RemedyEffect =>
    remedy.effect(hostWith(store), { anchor: certificate.sha256, store: store.id }, { certificate });

  it('one line, and nothing is left to do after it', () => {
    const store = storeOf(driver);
    const { changes, facts } = changed(effectIn(store));

    expect(changes).toEqual([{ kind: 'addAnchor', store: store.id, anchor, subject: root.subject }]);
    expect(remedy.effect(facts, { anchor, store: store.id }, { certificate: root })).toEqual({
      kind: 'none',
    });
  });

  it('an entry for other purposes is replaced', () => {
    const store = storeOf(driver, { entries: [entry({ trust: 'otherPurposes' })] });

    expect(changed(effectIn(store)).changes).toMatchObject([{ kind: 'addAnchor' }]);
  });

  it("a policy's copy that vouches for servers is enough; one for other purposes is the policy's to change", () => {
    const policy = entry({ origin: 'policy', location: 'Group Policy' });
    const held = storeOf(driver, { bundle: bundleFile({ anchors: [anchor] }), entries: [policy] });
    const other = storeOf(driver, { entries: [{ ...policy, trust: 'otherPurposes' }] });

    expect(effectIn(held)).toEqual({ kind: 'none' });
    expect(effectIn(other).kind).toBe(driver === 'firefox.policy' ? 'change' : 'notApplicable');
  });

  it.each<[string, Partial<TrustStore>, RegExp]>([
    [
      'it is rejected there',
      { entries: [entry({ trust: 'distrusted', name: 'by zoe' })] },
      /rejects.*\(by zoe\)/,
    ],
    ['it cannot change', { cannotChange: 'no certutil' }, /no certutil/],
    ...(driver === 'nss'
      ? []
      : [
          ['it is one account’s', { user: 'zoe' }, /account zoe/] satisfies [
            string,
            Partial<TrustStore>,
            RegExp,
          ],
        ]),
  ])('does not apply: %s', (_name, change, reason) => {
    expect(effectIn(storeOf(driver, change))).toEqual({
      kind: 'notApplicable',
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe('stores of Windows', () => {
  const windows = storeOf('windows');
  const disallowed = (change: Partial<TrustStore> = {}): TrustStore =>
    storeOf('windows', {
      id: 'windows.localMachine.disallowed',
      name: 'LocalMachine\\Disallowed',
      operatingSystem: false,
      bundle: bundleFile({ anchors: [] }),
      entries: [],
      ...change,
    });

  it('does not apply to what Windows rejects elsewhere, and says how to take that away', () => {
    const rejecting = disallowed({ entries: [entry({ trust: 'distrusted' })] });

    // A certificate that stands in Root as well is told as rejected there, and what rejects it stands elsewhere.
    const root = { ...windows, entries: [entry({ trust: 'distrusted', location: 'LocalMachine\\Root' })] };
    expect(effectOn(hostWith(root, rejecting))).toEqual(effectOn(hostWith(windows, rejecting)));
    expect(effectOn(hostWith(windows, rejecting))).toEqual({
      kind: 'notApplicable',
      reason: expect.stringMatching(
        /Disallowed holds this certificate.*windows\.localMachine\.disallowed first \(trustStore\.removeAnchor\)/,
      ) as string,
    });
  });

  it.each([
    ['a CA', root],
    ['a certificate of a server', { ...root, isAuthority: false }],
  ])('into the store of rejected ones: what %s signs is rejected', (_name, certificate) => {
    const { id } = disallowed();
    const facts = hostWith(windows, disallowed());
    const effect = changed(remedy.effect(facts, { anchor, store: id }, { certificate }));

    expect(effect.changes).toEqual([{ kind: 'distrustAnchor', store: id, anchor, subject: root.subject }]);
    expect(remedy.effect(effect.facts, { anchor, store: id }, { certificate })).toEqual({ kind: 'none' });
    expect(effectOn(effect.facts).kind).toBe('notApplicable');
  });

  it('into the store of intermediates: found there, and not trusted by that', () => {
    const ca = storeOf('windows', {
      id: 'windows.localMachine.ca',
      operatingSystem: false,
      bundle: bundleFile({ anchors: [] }),
    });
    const effect = changed(
      remedy.effect(hostWith(windows, ca), { anchor, store: ca.id }, { certificate: root }),
    );

    expect(effect.facts.trustStores!.stores[1]!.bundle.anchors).toEqual([]);
    expect(remedy.effect(effect.facts, { anchor, store: ca.id }, { certificate: root })).toEqual({
      kind: 'none',
    });
  });
});

describe('the store that an order names', () => {
  it.each([
    ['an id', 'nss:0123456789ab', true],
    ['a file', 'bundle:/opt/py/cacert.pem', true],
    ['a file of Windows', 'bundle:C:\\ProgramData\\ca bundle.pem', true],
    ['a file by a relative path', 'bundle:ca.pem', false],
    ['a file by a way up', 'bundle:/opt/../etc/shadow', false],
    ['a path', '/etc/ssl/certs', false],
    ['nothing', '', false],
    ['a path with a line end', 'bundle:/opt/a\nb.pem', false],
    ['a path without end', `bundle:/${'x'.repeat(4096)}`, false],
  ])('%s', (_name, store, valid) => {
    expect(remedy.parameters.safeParse({ anchor, store }).success).toBe(valid);
  });

  it('is not guessed', () => {
    expect(
      remedy.effect(hostWith(storeOf('debian')), { anchor, store: 'rhel' }, { certificate: root }),
    ).toEqual({
      kind: 'notApplicable',
      reason: expect.stringMatching(/no store rhel on this host/) as string,
    });
  });
});
