import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WindowsEntry } from '../types.ts';
import { LOCATIONS, type Crypt32, type OpenRequest } from './crypt32.ts';
import { parseElements, serializeEntry } from './serialized-store.ts';
import { SystemCallError } from './system-call-error.ts';
import { createWindowsStores } from './windows-stores.ts';

// A crypt32 in memory for what Wine has none of: enterprise stores, smart cards, and errors. What Wine has is tested there (wine.test.ts).
const ACCESS_DENIED = 5;
const NOT_FOUND = 2;
const sha256 = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');
const entry = (name: string | null = null): WindowsEntry => ({
  der: Uint8Array.from(randomBytes(50)),
  friendlyName: name,
  enhancedKeyUsage: null,
  properties: {},
});

type Content = WindowsEntry[] | SystemCallError;

class Machine {
  readonly stores = new Map<string, Content>();
  readonly opened: string[] = [];
  open = 0;

  key({ provider, location, store }: Pick<OpenRequest, 'provider' | 'location' | 'store'>): string {
    return `${provider} ${String(location >> 16)} ${store}`;
  }

  readonly crypt32: Crypt32 = {
    open: (request) => {
      const key = this.key(request);
      this.opened.push(`${key} ${request.mode}`);
      if (request.mode === 'change' && !this.stores.has(key)) this.stores.set(key, []);
      const content = this.stores.get(key) ?? new SystemCallError('none', { code: NOT_FOUND });
      if (!Array.isArray(content)) return Promise.reject(content);
      this.open += 1;
      return Promise.resolve({
        save: () =>
          Promise.resolve(
            Buffer.concat([
              Buffer.from('0000000043455254', 'hex'),
              ...content.map(serializeEntry),
              Buffer.alloc(12),
            ]),
          ),
        add: (element) => {
          const [added] = parseElements(element);
          if (added === undefined) throw new Error('nothing was added');
          const rest = content.filter(({ der }) => sha256(der) !== sha256(added.der));
          content.splice(0, content.length, ...rest, added);
          return Promise.resolve();
        },
        remove: (sha1, isIt) => {
          const at = content.findIndex(({ der }) => createHash('sha1').update(der).digest().equals(sha1));
          const deletes = at >= 0 && isIt(content[at]?.der ?? new Uint8Array());
          if (deletes) content.splice(at, 1);
          return Promise.resolve(deletes);
        },
        close: () => {
          this.open -= 1;
          return Promise.resolve();
        },
      });
    },
  };

  readonly windows = createWindowsStores({
    crypt32: () => Promise.resolve(this.crypt32),
    account: 'SYSTEM',
  });
}

const registry = (location: number, store: string): string => `registry ${String(location >> 16)} ${store}`;
const ROOT = registry(LOCATIONS.localMachine, 'Root');
const LOGICAL = `system ${String(LOCATIONS.localMachine >> 16)} Root`;

describe('reading', () => {
  it('says of each certificate where it lies, and of what no place explains that it lies elsewhere', async () => {
    const machine = new Machine();
    const [own, policy, domain, vendor, card] = ['own', 'policy', 'domain', 'vendor', 'card'].map(entry) as [
      WindowsEntry,
      WindowsEntry,
      WindowsEntry,
      WindowsEntry,
      WindowsEntry,
    ];
    machine.stores.set(ROOT, [own, policy]);
    machine.stores.set(registry(LOCATIONS.localMachineGroupPolicy, 'Root'), [policy]);
    machine.stores.set(registry(LOCATIONS.localMachineEnterprise, 'Root'), [domain]);
    machine.stores.set(registry(LOCATIONS.localMachine, 'AuthRoot'), [vendor]);
    machine.stores.set(LOGICAL, [own, policy, domain, vendor, card]);

    expect(await machine.windows.read('localMachine', 'Root')).toEqual({
      state: 'read',
      certificates: [
        { ...own, physical: 'registry' },
        { ...policy, physical: 'registry' },
        { ...policy, physical: 'groupPolicy' },
        { ...domain, physical: 'enterprise' },
        { ...vendor, physical: 'authRoot' },
        { ...card, physical: 'other' },
      ],
    });
    expect(machine.open).toBe(0);
    expect(machine.opened.every((one) => one.endsWith(' read'))).toBe(true);
  });

  it("reads an account's own part of CurrentUser only, and no directory service", async () => {
    const machine = new Machine();
    const own = entry('own');
    machine.stores.set(registry(LOCATIONS.currentUser, 'Root'), [own]);

    expect(await machine.windows.read('currentUser', 'Root')).toEqual({
      state: 'read',
      certificates: [{ ...own, physical: 'registry' }],
    });
    expect(machine.opened).toEqual(['registry 1 Root read', 'registry 7 Root read']);
  });

  it('takes what a place that refuses to open holds from the logical store', async () => {
    const machine = new Machine();
    const domain = entry('domain');
    machine.stores.set(ROOT, []);
    machine.stores.set(
      registry(LOCATIONS.localMachineEnterprise, 'Root'),
      new SystemCallError('refused', { code: ACCESS_DENIED }),
    );
    machine.stores.set(LOGICAL, [domain]);

    expect(await machine.windows.read('localMachine', 'Root')).toEqual({
      state: 'read',
      certificates: [{ ...domain, physical: 'other' }],
    });
  });

  it.each([
    { where: 'its own registry store refuses', key: ROOT, code: ACCESS_DENIED },
    { where: 'the logical store refuses', key: LOGICAL, code: ACCESS_DENIED },
    {
      where: "the group policy's store does not answer",
      key: registry(LOCATIONS.localMachineGroupPolicy, 'Root'),
    },
  ])('is unreadable where $where', async ({ key, code }) => {
    const machine = new Machine();
    machine.stores.set(ROOT, [entry()]);
    machine.stores.set(LOGICAL, [entry()]);
    machine.stores.set(key, new SystemCallError('why', code === undefined ? {} : { code }));

    expect(await machine.windows.read('localMachine', 'Root')).toEqual({
      state: 'unreadable',
      detail: 'why',
    });
  });

  it('is missing where nothing was ever put', async () => {
    expect(await new Machine().windows.read('localMachine', 'TrustedPeople')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('LocalMachine\\TrustedPeople') as string,
    });
  });

  it('is unreadable where crypt32 cannot be had', async () => {
    const windows = createWindowsStores({
      crypt32: () => Promise.reject(new SystemCallError('koffi could not be loaded')),
      account: 'SYSTEM',
    });

    const reading = { state: 'unreadable', detail: 'koffi could not be loaded' };
    expect(await windows.read('localMachine', 'Root')).toEqual(reading);
    expect(await windows.whyNotWritable('Root')).toBe('koffi could not be loaded');
  });
});

describe('changing', () => {
  it('puts, replaces and removes in the registry store alone, by the whole certificate', async () => {
    const machine = new Machine();
    const [first, second] = [entry('first'), entry('second')];
    machine.stores.set(ROOT, [first]);
    machine.stores.set(LOGICAL, [first, second]);

    await machine.windows.put('Root', { ...first, friendlyName: 'renamed' });
    expect(machine.stores.get(ROOT)).toEqual([{ ...first, friendlyName: 'renamed' }]);

    expect(await machine.windows.remove('Root', sha256(second.der))).toBe(false);
    expect(await machine.windows.remove('Root', sha256(first.der))).toBe(true);
    expect(await machine.windows.remove('Root', sha256(first.der))).toBe(false);
    expect(machine.stores.get(ROOT)).toEqual([]);
    expect(machine.stores.get(LOGICAL)).toHaveLength(2);
    expect(machine.open).toBe(0);
  });

  it('makes a store that is not there, and finds nothing to remove in one', async () => {
    const machine = new Machine();
    const first = entry();

    expect(await machine.windows.remove('Disallowed', sha256(first.der))).toBe(false);
    await machine.windows.put('Disallowed', first);
    expect(machine.stores.get(registry(LOCATIONS.localMachine, 'Disallowed'))).toEqual([first]);
  });

  it('tells who may not', async () => {
    const machine = new Machine();
    expect(await machine.windows.whyNotWritable('Root')).toBeNull();
    machine.stores.set(
      ROOT,
      new SystemCallError('Opening failed: access is denied', { code: ACCESS_DENIED }),
    );

    expect(await machine.windows.whyNotWritable('Root')).toBe('Opening failed: access is denied');
    await expect(machine.windows.put('Root', entry())).rejects.toThrow('access is denied');
    await expect(machine.windows.remove('Root', sha256(entry().der))).rejects.toThrow('access is denied');
  });
});
