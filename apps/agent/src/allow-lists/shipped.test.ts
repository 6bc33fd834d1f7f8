import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { REMEDIES } from '@trustfleet/remedies';
import { notPermittedReason, readAllowList, type AllowList } from '@trustfleet/repair';
import { expect, it } from 'vitest';
import { SHIPPED_ALLOW_LISTS, shippedAllowList } from './shipped.ts';

function read(name: string): Promise<AllowList> {
  const bytes = shippedAllowList(name) ?? Buffer.from('');
  return readAllowList(
    { trustedUids: [0], read: () => Promise.resolve({ kind: 'file', bytes, chain: [] }) },
    name,
  );
}

const add = (list: AllowList, anchor: string): string | null =>
  notPermittedReason(list, {
    ...{ remedy: 'trustStore.addAnchor', mode: 'apply', parameters: { anchor } },
    artifact: () => undefined,
  });
const STUDIO = 'ab'.repeat(32);
const PUBLIC = WELL_KNOWN_ROOTS[0]?.sha256 ?? '';

it.each(SHIPPED_ALLOW_LISTS)('%s is a list', async (name) => {
  expect(await read(name)).toMatchObject({ state: 'loaded', problem: null });
});

it('observe permits nothing, public-roots no anchor but public ones, approved what is written into it', async () => {
  const [observe, publicRoots, approved] = (await Promise.all(SHIPPED_ALLOW_LISTS.map(read))) as [
    AllowList,
    AllowList,
    AllowList,
  ];

  expect(observe.permits).toEqual([]);
  expect(add(publicRoots, PUBLIC)).toBeNull();
  expect(add(publicRoots, STUDIO)).toContain(STUDIO);
  expect(publicRoots.permits).not.toContain('trustStore.removeAnchor');
  for (const remedy of Object.keys(REMEDIES)) expect(approved.permits).toContain(remedy);
  expect(add(approved, STUDIO)).toContain(STUDIO);
});

it('is told by name alone', () => {
  expect(shippedAllowList('./observe')).toBeNull();
  expect(shippedAllowList('constructor')).toBeNull();
});
