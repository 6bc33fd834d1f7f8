import { describe, expect, it } from 'vitest';
import { factsFrom } from './system-facts.ts';
import { windowsCollectors } from './windows-collectors.ts';
import type { WindowsRegistry } from './windows-registry/types.ts';

/** What two keys of a machine say; null: they may not be read. */
const registry = (values: Readonly<Record<string, string>> | null): WindowsRegistry => ({
  read: (_, key) =>
    Promise.resolve(
      values === null
        ? { state: 'unreadable', detail: `${key} may not be read` }
        : {
            state: 'read',
            keys: [],
            values: Object.entries(values).map(([name, text]) => ({ name, text, expands: false })),
          },
    ),
});

describe('windowsCollectors', () => {
  it('takes maker, model and release out of the registry', async () => {
    const from = windowsCollectors(
      registry({ SystemManufacturer: 'HP', SystemProductName: 'Z4 G5', DisplayVersion: '24H2' }),
    );

    const { section, problems } = await factsFrom(from, 5000);

    expect(problems).toEqual([]);
    expect(section).toMatchObject({
      manufacturer: 'HP',
      model: 'Z4 G5',
      virtual: false,
      os: { codename: '24H2' },
    });
    expect(section.memoryBytes).toBeGreaterThan(0);
    expect(section.cpu.cores).toBeGreaterThan(0);
  });

  it.each([
    ['VMware, Inc.', 'VMware20,1'],
    ['QEMU', 'Standard PC (Q35 + ICH9, 2009)'],
    ['Microsoft Corporation', 'Virtual Machine'],
    ['Amazon EC2', 'g4dn.xlarge'],
  ])('%s %s is virtual', async (SystemManufacturer, SystemProductName) => {
    const { section } = await factsFrom(
      windowsCollectors(registry({ SystemManufacturer, SystemProductName })),
      5000,
    );

    expect(section.virtual).toBe(true);
  });

  it('the rest stands when the registry cannot be read, and that is said', async () => {
    const { section, problems } = await factsFrom(windowsCollectors(registry(null)), 5000);

    expect(problems).toEqual([expect.stringMatching(/^system: .* may not be read/)]);
    expect(section).toMatchObject({ manufacturer: null, virtual: false, os: { codename: null } });
    expect(section.memoryBytes).toBeGreaterThan(0);
  });
});
