import { systemSection } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { readSystemFacts } from './index.ts';
import { factsFrom, stableInterfaces } from './system-facts.ts';

describe('readSystemFacts', () => {
  it('gives a section that fits the contract, twice the same', async () => {
    const first = await readSystemFacts({ timeoutMs: 20_000 });
    expect(first.problems).toEqual([]);
    expect(systemSection.parse(first.section)).toEqual(first.section);
    expect(first.section.memoryBytes).toBeGreaterThan(0);
    expect(JSON.stringify(await readSystemFacts({ timeoutMs: 20_000 }))).toBe(JSON.stringify(first));
  });

  it('gives null for placeholders, and for a collector that is late, fails or answers nonsense, and says so', async () => {
    const from = {
      system: () =>
        Promise.resolve({ manufacturer: 'To Be Filled By O.E.M.', model: 'Default string', virtual: 'no' }),
      osInfo: () =>
        Promise.resolve({ distro: ' Debian ', release: '', hostname: 'render-07', arch: 'x64', uptime: 12 }),
      cpu: () => new Promise(() => undefined),
      mem: () => Promise.reject(new Error('no /proc/meminfo')),
      networkInterfaces: () => Promise.resolve('nonsense'),
    };
    const { section, problems } = await factsFrom(from, 50);
    expect(problems).toEqual(['cpu: no answer after 50 ms', 'mem: no /proc/meminfo']);
    expect(systemSection.parse(section)).toEqual({
      hostname: 'render-07',
      manufacturer: null,
      model: null,
      virtual: false,
      os: {
        platform: section.os.platform,
        distribution: 'Debian',
        release: null,
        codename: null,
        kernel: null,
        architecture: 'x64',
      },
      cpu: { brand: null, cores: null },
      memoryBytes: null,
      interfaces: [],
    });
  });
});

describe('stableInterfaces', () => {
  it('keeps the machine’s own, sorted, without addresses', () => {
    const found = [
      { iface: 'wlan0', mac: 'AA:BB:CC:00:00:02', internal: false, ip4: '10.0.0.7' },
      { iface: 'eth0', mac: 'aa:bb:cc:00:00:01', internal: false },
      { iface: 'lo', mac: '00:00:00:00:00:00', internal: true },
      { iface: 'veth12ab', mac: 'aa:bb:cc:00:00:03', internal: false },
      { iface: 'docker0', mac: 'aa:bb:cc:00:00:04', internal: false },
      { iface: 'bond0', mac: '', internal: false },
      { iface: 'usb0', mac: '00:00:00:00:00:00', internal: false },
      'nonsense',
    ];
    expect(stableInterfaces(found)).toEqual([
      { name: 'bond0', mac: null },
      { name: 'eth0', mac: 'aa:bb:cc:00:00:01' },
      { name: 'usb0', mac: null },
      { name: 'wlan0', mac: 'aa:bb:cc:00:00:02' },
    ]);
  });
});
