import { pemToDer, sha256Hex, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { createHost } from '@trustfleet/host';
import {
  createAddAnchor,
  createDurableFiles,
  createRemoveAnchor,
  evaluateAnchor,
  type AnchorStoreAccess,
  type OpenedRemedy,
} from '@trustfleet/repair';
import {
  createTrustStores,
  type WindowsCertificate,
  type WindowsStoreName,
  type WindowsStorePort,
} from '@trustfleet/trust-stores';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAnchorStoreAccess } from './anchor-store-access.ts';
import { carryOut, openOn, takeBack } from './testing/remedy-runs.ts';

// The driver is the real one; crypt32 is a map, for what Wine has none of (a domain, the Microsoft root program).
const [starfield, other] = WELL_KNOWN_ROOTS.map(({ pem, sha256 }) => ({ der: pemToDer(pem), sha256 }));
if (starfield === undefined || other === undefined) throw new Error('two roots are needed');
const ROOT = 'windows.localMachine.root';
const DISALLOWED = 'windows.localMachine.disallowed';
const signal = AbortSignal.timeout(60_000);

let held: Map<WindowsStoreName, WindowsCertificate[]>;
let access: AnchorStoreAccess;

const certificate = (der: Uint8Array, physical: WindowsCertificate['physical']): WindowsCertificate => ({
  ...{ der, physical, friendlyName: 'Somebody', enhancedKeyUsage: null, properties: { 11: 'AAAA' } },
});
const own = (sha256: string) => (one: WindowsCertificate) =>
  one.physical === 'registry' && sha256Hex(one.der) === sha256;
const inStore = (store: WindowsStoreName): WindowsCertificate[] => held.get(store) ?? [];

const crypt32: WindowsStorePort = {
  account: 'SYSTEM',
  whyNotWritable: () => Promise.resolve(null),
  read: (location, store) =>
    Promise.resolve({ state: 'read', certificates: location === 'localMachine' ? [...inStore(store)] : [] }),
  put(store, entry) {
    const others = inStore(store).filter((one) => !own(sha256Hex(entry.der))(one));
    held.set(store, [...others, { ...entry, physical: 'registry' }]);
    return Promise.resolve();
  },
  remove(store, sha256) {
    const before = inStore(store);
    held.set(
      store,
      before.filter((one) => !own(sha256)(one)),
    );
    return Promise.resolve(inStore(store).length < before.length);
  },
};

beforeEach(() => {
  held = new Map([['Root', [certificate(other.der, 'registry')]]]);
  const host = createHost();
  const stores = createTrustStores({ ...host, platform: 'windows', windowsStores: crypt32 });
  const real = createAnchorStoreAccess({
    ...{ host, files: createDurableFiles(), readBackCommand: ['/bin/false'] },
    trustStores: () => Promise.resolve(stores),
  });
  access = {
    ...real,
    readBack: async (where) => evaluateAnchor(await real.trustStores(where.store), where),
  };
});

const adding = (store?: string): OpenedRemedy => openOn(createAddAnchor(access), starfield, store);
const removing = (store?: string, brought = starfield): OpenedRemedy =>
  openOn(createRemoveAnchor(access), brought, store);
const holds = async (remedy: OpenedRemedy) => (await remedy.check('readBack', signal)).holds;
const reasonOf = async (remedy: OpenedRemedy): Promise<string> => {
  const planned = await remedy.plan();
  return planned.kind === 'notApplicable' ? planned.reason : planned.kind;
};

describe('stores of Windows', () => {
  it('the operating system’s is LocalMachine\\Root: added, proved, taken back', async () => {
    const before = structuredClone(held);
    const remedy = adding();

    const done = await carryOut(remedy);

    expect(await remedy.check('readBack', signal)).toMatchObject({
      holds: true,
      evidence: { store: ROOT, bundlePath: 'LocalMachine\\Root', anchors: 2 },
    });
    expect(await remedy.plan()).toEqual({ kind: 'none' });
    const back = remedy.reverse(done);
    await carryOut(back);
    expect(await holds(back)).toBe(true);
    expect(held).toEqual(before);
  });

  it('removes a copy of the registry with its name and properties, and puts it back with them', async () => {
    const before = structuredClone(held);
    const remedy = removing(ROOT, other);
    const done = await carryOut(remedy);
    expect(await holds(remedy)).toBe(true);
    expect(inStore('Root')).toEqual([]);

    await carryOut(remedy.reverse(done));

    expect(held).toEqual(before);
  });

  it('a copy of a policy or of Windows counts as present; neither is removed, and the reason says what to do', async () => {
    held.set('Root', [certificate(starfield.der, 'groupPolicy')]);
    expect(await adding().plan()).toEqual({ kind: 'none' });
    expect(await reasonOf(removing())).toMatch(/central policy \(LocalMachine\\Root\\\.GroupPolicy\)/);
    held.set('Root', [certificate(starfield.der, 'authRoot')]);

    expect(await adding().plan()).toEqual({ kind: 'none' });
    expect(await reasonOf(removing())).toMatch(/brings it back.*windows\.localMachine\.disallowed/);
  });

  it('what Windows ships is rejected by Disallowed, where it can be taken out again', async () => {
    held.set('Root', [certificate(starfield.der, 'authRoot')]);
    const before = structuredClone(held);
    const remedy = adding(DISALLOWED);

    const done = await carryOut(remedy);

    expect(await holds(remedy)).toBe(true);
    expect(await access.trustStores(ROOT)).toMatchObject({
      stores: expect.arrayContaining([
        expect.objectContaining({ id: ROOT, bundle: expect.objectContaining({ anchors: [] }) as unknown }),
      ]) as unknown,
    });
    expect(await reasonOf(adding())).toMatch(/Disallowed holds this certificate.*trustStore\.removeAnchor/);
    await carryOut(remedy.reverse(done));
    expect(new Map([...held].filter(([, one]) => one.length > 0))).toEqual(before);
    await carryOut(remedy);
    await carryOut(removing(DISALLOWED));
    expect(inStore('Disallowed')).toEqual([]);
  });

  it('an addition beside a limited copy of Windows, and its undo', async () => {
    held.set('Root', [
      { ...certificate(starfield.der, 'authRoot'), enhancedKeyUsage: ['1.3.6.1.5.5.7.3.4'] },
    ]);
    const before = structuredClone(held);
    const remedy = adding();
    const done = await carryOut(remedy);
    expect(await holds(remedy)).toBe(true);

    const back = remedy.reverse(done);
    await carryOut(back);

    expect(await holds(back)).toBe(true);
    expect(held).toEqual(before);
  });

  it('a policy that brings it meanwhile is no hindrance to the undo', async () => {
    const remedy = adding();
    const done = await carryOut(remedy);
    held.get('Root')?.push(certificate(starfield.der, 'groupPolicy'));

    const back = remedy.reverse(done);
    await carryOut(back);

    expect(await back.check('readBack', signal)).toMatchObject({
      holds: true,
      detail: expect.stringContaining('.GroupPolicy brings it too') as string,
    });
    expect(inStore('Root').some(own(starfield.sha256))).toBe(false);
  });

  it.each(['before', null] as const)('an agent that stops (%s the change) takes it back', async (stop) => {
    const before = structuredClone(held);
    await takeBack(adding(), await carryOut(adding(), stop));
    await takeBack(removing(ROOT, other), await carryOut(removing(ROOT, other), stop));

    expect(held).toEqual(before);
  });

  it('a store of an account is that account’s', async () => {
    expect(await reasonOf(adding('windows.currentUser.root'))).toMatch(/account SYSTEM/);
  });
});
