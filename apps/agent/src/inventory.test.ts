import { createHost, type Host } from '@trustfleet/host';
import { SECTION_NAMES } from '@trustfleet/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createInventory } from './inventory.ts';
import { NO_ENDPOINTS } from './judge/endpoint-facts.ts';
import { TRUST_SECTIONS } from './scan-result.ts';
import { makeFakeRoot, type FakeRoot } from './testing/fake-root.ts';

let fake: FakeRoot;
beforeEach(async () => {
  fake = await makeFakeRoot();
});
afterEach(() => fake.remove());

const inventoryOf = (host: Host): ReturnType<typeof createInventory> =>
  createInventory({
    host,
    root: fake.root,
    processEnv: { PATH: '/nonexistent' },
    name: 'studio-1',
    scanSettings: null,
    endpoints: NO_ENDPOINTS,
  });

it('reports every section, under the name given at enrolment, with every certificate that it names', async () => {
  const result = await inventoryOf(createHost()).collect(SECTION_NAMES);

  expect([...result.encoded.keys()].sort()).toEqual([...SECTION_NAMES].sort());
  expect(result.sections.system?.hostname).toBe('studio-1');
  const named = result.sections.trustStores?.stores.flatMap((store) => store.bundle.anchors) ?? [];
  expect(named).toHaveLength(2);
  for (const anchor of named) expect(result.certificates.has(anchor)).toBe(true);
  expect(result.watch).toContain(fake.bundle);
});

it('keeps the sections that a smaller scan does not read', async () => {
  const collector = inventoryOf(createHost());
  const full = await collector.collect(SECTION_NAMES);

  const again = await collector.collect(TRUST_SECTIONS);

  expect(again.encoded).toEqual(full.encoded);
});

it('goes on where a collector fails: the others are reported, the failure is named, nothing is taken for empty', async () => {
  let broken = true;
  const host = createHost();
  const fragile: Host = {
    ...host,
    listDirectory: (path, options) =>
      broken && path.endsWith('/opt')
        ? Promise.reject(new Error('the disk is on fire'))
        : host.listDirectory(path, options),
  };
  const collector = inventoryOf(fragile);

  const result = await collector.collect(SECTION_NAMES);
  broken = false;
  const mended = await collector.collect(SECTION_NAMES);

  expect([...result.encoded.keys()]).toContain('trustStores');
  expect(result.encoded.has('bundles')).toBe(false);
  expect(result.problems.join('\n')).toMatch(/the disk is on fire/);
  expect(result.problems.join('\n')).toMatch(/bundles could not be read/);
  expect([...mended.encoded.keys()].sort()).toEqual([...SECTION_NAMES].sort());
  expect(mended.problems).toEqual([]);
});
