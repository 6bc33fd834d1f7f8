import { X509Certificate } from 'node:crypto';
import { pemToDer, sha256Hex, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type { TrustStore } from '@trustfleet/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EntryState } from '../../index.ts';
import { makeAuthority, type TestAuthority } from '../../testing/authorities.ts';
import { expectRestores } from '../../testing/restore-property.ts';
import { STARFIELD_CLASS_2 } from '../../testing/starfield-class-2.ts';
import { makeWindowsLab, type WindowsLab } from '../../testing/windows-lab.ts';

// Real crypt32 of Wine 8, in Node for Windows. What Wine has none of (enterprise stores, accounts without rights): windows.test.ts.
const ROOT = 'windows.localMachine.root';
const CA = 'windows.localMachine.ca';
const DISALLOWED = 'windows.localMachine.disallowed';
const DONE = { state: 'done', files: [], commands: [] };
const SECURE_EMAIL = '1.3.6.1.5.5.7.3.4';
vi.setConfig({ testTimeout: 180_000 });
let lab: WindowsLab;
beforeAll(async () => {
  lab = await makeWindowsLab();
}, 300_000);
afterAll(() => lab.wine.dispose());

const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
const entryIn = async (store: string, sha256: string) =>
  (await lab.read(store)).entries?.find(({ anchor }) => anchor === sha256);
const anchors = async (store = ROOT) => (await lab.read(store)).bundle.anchors;

describe("Windows' stores under Wine", () => {
  it("lists eight stores, the machine's roots first, each with what it is", async () => {
    const [ids, stores] = await lab.call({ call: 'list' }, { call: 'collect' });

    expect(ids).toEqual([
      ROOT,
      CA,
      DISALLOWED,
      'windows.localMachine.authRoot',
      'windows.localMachine.trustedPeople',
      'windows.currentUser.root',
      'windows.currentUser.ca',
      'windows.currentUser.disallowed',
    ]);
    const root = expect.objectContaining({
      ...{ id: ROOT, driver: 'windows', operatingSystem: true, cannotChange: null, user: null },
      name: 'Windows LocalMachine\\Root',
      bundle: expect.objectContaining({ path: 'LocalMachine\\Root', state: 'read', size: null }) as unknown,
    }) as unknown;
    const users = expect.objectContaining({
      ...{ id: 'windows.currentUser.root', operatingSystem: false, user: 'root' },
      cannotChange: expect.stringContaining('LocalMachine') as unknown,
    }) as unknown;
    expect(stores).toEqual(expect.arrayContaining([root, users]));
  });

  it('adds the Starfield Services root for good, under the thumbprint that everybody knows, and takes it out again', async () => {
    const starfield = WELL_KNOWN_ROOTS.find(({ name }) => name.startsWith('Starfield Services'));
    if (starfield === undefined) throw new Error('no Starfield Services root');
    const before = await lab.read(ROOT);

    expect(await lab.add(ROOT, pemToDer(starfield.pem))).toEqual(DONE);

    const [after] = (await lab.anew({ call: 'read', store: ROOT })) as [TrustStore];
    expect(await lab.thumbprints('Root')).toContain('925A8F8D2C6D04E0665F596AFF22D863E8256F3F');
    expect(after.bundle.anchors).toEqual([...before.bundle.anchors, starfield.sha256].toSorted());
    expect(after.bundle.sha256).toBe(sha256Hex(Buffer.from(after.bundle.anchors.join('\n'))));
    expect(after.entries?.find(({ anchor }) => anchor === starfield.sha256)).toEqual({
      ...{ anchor: starfield.sha256, trust: 'servers', origin: 'local', name: 'Added by Trustfleet' },
      ...{ location: 'LocalMachine\\Root\\.Default', purposes: null },
    });

    expect(await lab.add(ROOT, pemToDer(starfield.pem))).toEqual(DONE);
    expect(await lab.read(ROOT)).toEqual(after);
    expect(await lab.remove(ROOT, starfield.sha256)).toEqual(DONE);
    expect(await lab.remove(ROOT, starfield.sha256)).toEqual(DONE);
    expect(await lab.read(ROOT)).toEqual(before);
  });

  it('tells two roots with the serial number 0 apart', async () => {
    const services = WELL_KNOWN_ROOTS.find(({ name }) => name.startsWith('Starfield Services'));
    const [one, other] = [services?.pem ?? '', STARFIELD_CLASS_2].map((pem) => new X509Certificate(pem)) as [
      X509Certificate,
      X509Certificate,
    ];
    expect([one.serialNumber, other.serialNumber]).toEqual(['0', '0']);
    await lab.add(ROOT, one.raw);
    await lab.add(ROOT, other.raw);

    expect(await lab.remove(ROOT, sha256Hex(one.raw))).toEqual(DONE);

    expect(await anchors()).not.toContain(sha256Hex(one.raw));
    expect(await anchors()).toContain(sha256Hex(other.raw));
    expect(await lab.thumbprints('Root')).toContain(other.fingerprint.replaceAll(':', ''));
    await lab.remove(ROOT, sha256Hex(other.raw));
  });

  it('keeps the name and the limits of an entry that it makes trusted, and puts both back', async () => {
    const studio = makeAuthority('Studio mail');
    const limited: EntryState = {
      ...{ kind: 'present', der: base64(studio.der), trust: 'otherPurposes' },
      attributes: { friendlyName: 'Mail ✓', enhancedKeyUsage: SECURE_EMAIL },
    };
    expect(await lab.put(ROOT, studio.sha256, limited)).toEqual(DONE);
    expect(await lab.get(ROOT, studio.sha256)).toEqual(limited);
    expect(await entryIn(ROOT, studio.sha256)).toMatchObject({
      ...{ trust: 'otherPurposes', name: 'Mail ✓', purposes: [SECURE_EMAIL] },
    });
    expect(await anchors()).not.toContain(studio.sha256);
    expect(await lab.thumbprints('Root')).toContain(studio.opensslThumbprint);

    const trusted = await lab.trusting(ROOT, studio.der);
    expect(await lab.put(ROOT, studio.sha256, trusted)).toEqual(DONE);
    expect(await lab.get(ROOT, studio.sha256)).toEqual(trusted);
    expect(await anchors()).toContain(studio.sha256);

    expect(await lab.put(ROOT, studio.sha256, limited)).toEqual(DONE);
    expect(await lab.get(ROOT, studio.sha256)).toEqual(limited);
    // Not one that we added: only a put takes it out.
    expect(await lab.remove(ROOT, studio.sha256)).toEqual(DONE);
    expect(await lab.get(ROOT, studio.sha256)).toEqual(limited);
    expect(await lab.put(ROOT, studio.sha256, { kind: 'absent' })).toEqual(DONE);
    expect(await lab.get(ROOT, studio.sha256)).toEqual({ kind: 'absent' });
  });

  it('what stands in Disallowed is trusted no more, wherever else it stands', async () => {
    const studio = makeAuthority('Studio rejected');
    await lab.add(ROOT, studio.der);
    expect(await anchors()).toContain(studio.sha256);

    expect(await lab.add(DISALLOWED, studio.der)).toEqual(DONE);

    expect(await anchors()).not.toContain(studio.sha256);
    expect(await entryIn(ROOT, studio.sha256)).toMatchObject({ trust: 'distrusted', origin: 'local' });
    expect(await entryIn(DISALLOWED, studio.sha256)).toMatchObject({ trust: 'distrusted' });
    expect(await anchors(DISALLOWED)).toEqual([]);
    // Its standing in Root itself is as it was, so an undo of the adding still fits.
    expect(await lab.get(ROOT, studio.sha256)).toMatchObject({ trust: 'servers' });

    expect(await lab.remove(DISALLOWED, studio.sha256)).toEqual(DONE);
    expect(await anchors()).toContain(studio.sha256);
    await lab.remove(ROOT, studio.sha256);
  });

  it('an intermediate in CA is found there and is no anchor', async () => {
    const studio = makeAuthority('Studio intermediate');

    expect(await lab.add(CA, studio.der)).toEqual(DONE);

    expect(await entryIn(CA, studio.sha256)).toMatchObject({ trust: 'otherPurposes', origin: 'local' });
    expect(await anchors(CA)).toEqual([]);
    expect(await lab.remove(CA, studio.sha256)).toEqual(DONE);
    expect(await entryIn(CA, studio.sha256)).toBeUndefined();
  });

  it('a copy that the group policy brings counts as present, and is left to the policy', async () => {
    const studio = makeAuthority('Studio by policy');
    await putByRegistry('HKLM\\Software\\Policies\\Microsoft\\SystemCertificates\\Root', studio);
    const before = await lab.thumbprints('Root');
    expect(await entryIn(ROOT, studio.sha256)).toMatchObject({
      ...{ trust: 'servers', origin: 'policy', location: 'LocalMachine\\Root\\.GroupPolicy' },
    });

    expect(await lab.add(ROOT, studio.der)).toEqual(DONE);
    expect(await lab.thumbprints('Root')).toEqual(before);
    expect(await lab.put(ROOT, studio.sha256, { kind: 'absent' })).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/LocalMachine\\Root\\.GroupPolicy still holds .*group policy/) as unknown,
    });
    expect(await anchors()).toContain(studio.sha256);
  });

  it("tells the vendor's roots and an account's own from the machine's", async () => {
    const [vendor, user] = [makeAuthority('Vendor'), makeAuthority('User')];
    await putByRegistry('HKLM\\Software\\Microsoft\\SystemCertificates\\AuthRoot', vendor);
    await putByRegistry('HKCU\\Software\\Microsoft\\SystemCertificates\\Root', user);

    expect(await entryIn(ROOT, vendor.sha256)).toMatchObject({
      ...{ trust: 'servers', origin: 'vendor', location: 'LocalMachine\\Root\\.AuthRoot' },
    });
    expect(await anchors('windows.localMachine.authRoot')).toEqual([vendor.sha256]);
    expect(await entryIn('windows.currentUser.root', user.sha256)).toMatchObject({
      ...{ trust: 'servers', origin: 'user', location: 'CurrentUser\\Root\\.Default' },
    });
    expect(await anchors()).not.toContain(user.sha256);
  });

  it('goes back to a snapshot, whatever was done since', async () => {
    const [first, second, third] = ['one', 'two', 'three'].map(makeAuthority) as [
      TestAuthority,
      TestAuthority,
      TestAuthority,
    ];
    const pick = (choice: number): TestAuthority => [first, second, third][choice % 3] ?? first;
    const mail = (one: TestAuthority): EntryState => ({
      ...{ kind: 'present', der: base64(one.der), trust: 'otherPurposes' },
      attributes: { friendlyName: one.sha256.slice(0, 8), enhancedKeyUsage: SECURE_EMAIL },
    });
    await expectRestores(
      () =>
        Promise.resolve({
          handle: lab.handle(CA),
          contents: async () => (await lab.read(CA)).entries,
          dispose: async () => {
            for (const one of [first, second, third]) await lab.put(CA, one.sha256, { kind: 'absent' });
          },
          operations: {
            add: async (choice) => {
              await lab.add(CA, pick(choice).der);
            },
            remove: async (choice) => {
              await lab.remove(CA, pick(choice).sha256);
            },
            limit: async (choice) => {
              await lab.put(CA, pick(choice).sha256, mail(pick(choice)));
            },
            takeAway: async (choice) => {
              const key = `HKLM\\Software\\Microsoft\\SystemCertificates\\CA\\Certificates\\${pick(choice).opensslThumbprint}`;
              if ((await lab.thumbprints('CA')).includes(pick(choice).opensslThumbprint))
                await lab.registry('delete', key, '/f');
            },
          },
        }),
      { runs: 8 },
    );
  });
});

/** As Windows leaves it in the registry: a Blob of one record (CERT_CERT_PROP_ID). */
async function putByRegistry(key: string, { der, opensslThumbprint }: TestAuthority): Promise<void> {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(32, 0);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(der.length, 8);
  const blob = Buffer.concat([head, der]).toString('hex');
  const path = `${key}\\Certificates\\${opensslThumbprint}`;
  await lab.registry('add', path, '/v', 'Blob', '/t', 'REG_BINARY', '/d', blob, '/f');
}
