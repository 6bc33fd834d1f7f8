import { expect, it } from 'vitest';
import { boundedCertificates } from './bounded-certificates.ts';
import type { StoreReading } from './types.ts';

const MIB = 1024 * 1024;

function reading(id: string, certificates: Readonly<Record<string, number>>): StoreReading {
  const store = {
    ...{
      id,
      driver: id,
      operatingSystem: id === 'debian',
      name: id,
      anchorDirectory: null,
      localAnchors: [],
    },
    bundle: {
      ...({ path: `/${id}`, realPath: null, state: 'read', detail: null, sha256: null, size: null } as const),
      ...{ anchors: [], problems: [], opensslAccepts: true },
    },
    cannotChange: null,
  };
  const entries = Object.entries(certificates).map(([name, size]) => [name, new Uint8Array(size)] as const);
  return { store, certificates: new Map(entries), watch: [] };
}

it('keeps what fits, the first stores first, each certificate once', () => {
  const readings = [
    reading('debian', { a: MIB }),
    reading('nss:1', { a: MIB, b: 10 * MIB, c: 6 * MIB }),
    reading('nss:2', { d: MIB }),
  ];
  const { certificates, problems } = boundedCertificates(readings, new Set(['debian', 'nss:1', 'nss:2']));
  expect([...certificates.keys()]).toEqual(['a', 'b', 'd']);
  expect(problems).toEqual([expect.stringMatching(/^1 certificates are reported by their digests alone/)]);
});

it('keeps none of a store that is not reported', () => {
  const readings = [reading('debian', { a: 1 }), reading('nss:1', { b: 1 })];
  const { certificates, problems } = boundedCertificates(readings, new Set(['debian']));
  expect([...certificates.keys()]).toEqual(['a']);
  expect(problems).toEqual([]);
});
