import type { HostDetail } from '@trustfleet/api';
import type { AnchorTrust, StoreEntry } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { anchorClassOf } from '../../../test/fixture/certificates.ts';
import { buildFleet } from '../../../test/fixture/fleet.ts';
import { sectionsOf } from '../../../test/fixture/sections.ts';
import { anchorRows, filterAnchors } from './anchor-rows.ts';
import { sectionOf, unknownSections } from './sections.ts';

type AnchorClass = HostDetail['certificates'][string]['class'];

async function rows() {
  const fleet = await buildFleet(1);
  const [host] = fleet.hosts;
  const sections = sectionsOf(
    { hostname: 'a', anchors: host!.anchors, local: host!.local },
    fleet.now.toISOString(),
  );
  const state = sectionOf({ sections }, 'trustStores');
  if (state.kind !== 'read') throw new Error('section not read');
  const certificates = Object.fromEntries(
    host!.anchors.map((certificate) => [
      certificate.sha256,
      {
        ...certificate,
        class: anchorClassOf(
          certificate,
          fleet.required.map(({ sha256 }) => sha256),
        ),
      },
    ]),
  );
  return {
    fleet,
    store: state.body.stores[0]!,
    all: anchorRows({
      store: state.body.stores[0]!,
      certificates,
      required: new Set(fleet.required.map((anchor) => anchor.sha256)),
    }),
  };
}

describe('anchorRows', () => {
  it('puts what was added on this machine first', async () => {
    const { all } = await rows();

    expect(all[0]).toMatchObject({ local: true, required: false });
    expect(all.filter((row) => row.local)).toHaveLength(1);
    expect(all.filter((row) => row.required)).toHaveLength(5);
  });

  it('finds by subject, by fingerprint with colons and by SHA-1', async () => {
    const { all } = await rows();
    const [target] = all.filter((row) => row.certificate?.commonName === 'Amazon Root CA 3');
    const colons = target!.sha256.toUpperCase().match(/../g)!.join(':');

    for (const text of ['amazon root ca 3', colons, target!.certificate!.sha1.slice(0, 12)]) {
      expect(filterAnchors(all, { text, filter: 'all' }), text).toEqual([target]);
    }
    expect(filterAnchors(all, { text: 'amazon', filter: 'local' })).toEqual([]);
  });

  it('knows what is worth a look', async () => {
    const { all } = await rows();
    const notable = filterAnchors(all, { text: '', filter: 'notable' });

    expect(notable.length).toBeGreaterThan(0);
    expect(new Set(notable.map((row) => row.certificate?.class.kind))).toEqual(new Set(['unknown']));
  });

  it.each<[string, AnchorClass['kind'] | null, AnchorTrust, boolean]>([
    ...(['publicCurrent', 'approved', 'operatingSystemVendor', 'knownBenign'] as const).map(
      (kind) => [kind, kind, 'servers', false] as [string, typeof kind, AnchorTrust, boolean],
    ),
    ...(['knownBad', 'interception', 'publicRemoved', 'unknown'] as const).map(
      (kind) => [kind, kind, 'servers', true] as [string, typeof kind, AnchorTrust, boolean],
    ),
    ['a public one that the store rejects', 'publicCurrent', 'distrusted', true],
    ['one that the server does not hold yet', null, 'servers', false],
  ])('worth a look: %s', async (...[, kind, trust, notable]) => {
    const { all } = await rows();
    const one = all.find((row) => row.certificate !== null)!;
    const certificate = kind && {
      ...one.certificate!,
      class: { ...one.certificate!.class, kind },
    };
    const row = { ...one, trust, certificate };

    expect(filterAnchors([row], { text: '', filter: 'notable' })).toEqual(notable ? [row] : []);
  });

  it('has a row for what only the entries tell, and takes their word for where it is from', async () => {
    const { store, all } = await rows();
    const [, rejected] = all.filter((row) => !row.local);
    const entry: StoreEntry = {
      ...{ anchor: rejected!.sha256, trust: 'distrusted', origin: 'local', name: null },
      ...{ location: null, purposes: null },
    };
    const bundle = { ...store.bundle, anchors: [] };
    const sources = { certificates: {}, required: new Set<string>() };

    expect(
      anchorRows({ ...sources, store: { ...store, bundle, localAnchors: [], entries: [entry] } }),
    ).toEqual([
      {
        ...{ sha256: entry.anchor, certificate: null, trust: 'distrusted', entry },
        ...{ local: true, required: false },
      },
    ]);
  });

  it('treats a hostile subject as text', async () => {
    const { all } = await rows();

    expect(filterAnchors(all, { text: 'ALERT(2)', filter: 'all' })).toHaveLength(1);
  });
});

describe('sectionOf', () => {
  const section = (name: string, body: unknown) => ({
    name,
    digest: 'ab'.repeat(32),
    seenFrom: '2026-11-22T00:00:00Z',
    body,
    understood: true,
  });

  it('tells absent from unreadable', () => {
    expect(sectionOf({ sections: [] }, 'system').kind).toBe('absent');
    expect(sectionOf({ sections: [section('system', { hostname: 7 })] }, 'system').kind).toBe('raw');
  });

  it('keeps sections of a newer agent apart', () => {
    expect(
      unknownSections({ sections: [section('quantum', {}), section('system', {})] }).map((item) => item.name),
    ).toEqual(['quantum']);
  });
});
