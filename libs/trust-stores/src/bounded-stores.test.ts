import type { TrustStore } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { boundedStores } from './bounded-stores.ts';

const store = (id: string, anchors = 0): TrustStore => ({
  id,
  driver: id.split(':')[0] ?? id,
  operatingSystem: id === 'debian',
  name: id,
  bundle: {
    path: `/${id}`,
    realPath: null,
    state: 'read',
    detail: null,
    sha256: null,
    size: null,
    anchors: Array.from({ length: anchors }, (_, index) => index.toString(16).padStart(64, '0')),
    problems: [],
    opensslAccepts: true,
  },
  anchorDirectory: null,
  localAnchors: [],
  cannotChange: null,
});

describe('boundedStores', () => {
  it('keeps all that fit, by id', () => {
    const { stores, problems } = boundedStores([store('nss:2'), store('debian'), store('java:1')]);

    expect(stores.map(({ id }) => id)).toEqual(['debian', 'java:1', 'nss:2']);
    expect(problems).toEqual([]);
  });

  it('keeps the system’s own whatever comes with it, and says how many are left out', () => {
    const many = Array.from({ length: 100 }, (_, index) => store(`aaa:${index}`));

    const { stores, problems } = boundedStores([...many, store('debian')]);

    expect(stores).toHaveLength(64);
    expect(stores.map(({ id }) => id)).toContain('debian');
    expect(problems).toEqual([expect.stringMatching(/^37 of 101 trust stores are not reported/)]);
  });

  it('stays below the size of a frame, and lets a smaller store in after one that is too large', () => {
    const large = Array.from({ length: 5 }, (_, index) => store(`java:${index}`, 4000));

    const { stores, problems } = boundedStores([...large, store('nss:small', 1), store('debian', 150)]);

    expect(Buffer.byteLength(JSON.stringify({ stores }))).toBeLessThan(900 * 1024);
    expect(stores.map(({ id }) => id)).toEqual(expect.arrayContaining(['debian', 'nss:small']));
    expect(problems).toHaveLength(1);
  });
});
