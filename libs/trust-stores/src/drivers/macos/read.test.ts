import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { pemToDer, sha256Hex, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { trustStoresSection } from '@trustfleet/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createTrustStores } from '../../index.ts';
import type { StoreRunRequest } from '../../ports.ts';
import {
  makeMacos,
  ROOTS,
  result,
  rule,
  sha1Of,
  SMIME,
  SSL,
  SYSTEM,
  trustRules,
  type MacosSystem,
} from '../../testing/macos-system.ts';
import { ranTo } from '../../testing/rooted-ports.ts';

const [first, second, third, fourth] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error('four roots are needed');

let mac: MacosSystem;
afterEach(() => {
  mac.host.remove();
});

async function read() {
  const reading = await mac.store.read();
  expect(trustStoresSection.parse({ stores: [reading.store] })).toEqual({ stores: [reading.store] });
  // What was exported is not left behind.
  expect(readdirSync(mac.host.at('/private/var/root'))).toEqual(['.keep']);
  return reading;
}

const entriesOf = async () =>
  Object.fromEntries((await read()).store.entries?.map((entry) => [entry.anchor, entry]) ?? []);

describe('macOS, on output recorded by hand after the documentation: never run on macOS', () => {
  it('sees the roots and the System keychain with the trust settings applied', async () => {
    mac = await makeMacos('15.1');
    mac.keychains.roots = [first.pem, second.pem];
    mac.keychains.system = [third.pem, fourth.pem];
    mac.settings = new Map([
      [sha1Of(second.pem), trustRules(rule(result(3)))],
      [sha1Of(third.pem), trustRules(rule({ ...SSL, ...result(1) }))],
    ]);
    const { store, certificates, watch } = await read();
    expect(store).toMatchObject({
      id: 'macos.system',
      driver: 'macos',
      operatingSystem: true,
      name: 'macOS 15.1',
      bundle: {
        path: SYSTEM,
        realPath: null,
        state: 'read',
        sha256: sha256Hex(Buffer.from([first.sha256, third.sha256].toSorted().join('\n'))),
        size: null,
        anchors: [first.sha256, third.sha256].toSorted(),
        opensslAccepts: true,
      },
      anchorDirectory: null,
      localAnchors: [],
      problems: [],
    });
    expect(await entriesOf()).toEqual({
      [second.sha256]: {
        anchor: second.sha256,
        trust: 'distrusted',
        origin: 'vendor',
        name: null,
        location: ROOTS,
        purposes: null,
      },
      [third.sha256]: {
        anchor: third.sha256,
        trust: 'servers',
        origin: 'local',
        name: null,
        location: SYSTEM,
        purposes: ['sslServer'],
      },
      // In the keychain and named by no setting: there, and trusted for nothing.
      [fourth.sha256]: {
        anchor: fourth.sha256,
        trust: 'otherPurposes',
        origin: 'local',
        name: null,
        location: SYSTEM,
        purposes: [],
      },
    });
    expect([...certificates.keys()].toSorted()).toEqual(
      [first, second, third, fourth].map(({ sha256 }) => sha256).toSorted(),
    );
    expect(watch).toContain(SYSTEM);
  });

  it.each([
    ['no rules', '', 'servers', null],
    ['an empty list', trustRules(), 'servers', null],
    ['a rule without a result', trustRules(rule(SSL)), 'servers', ['sslServer']],
    ['every policy', trustRules(rule(result(1))), 'servers', null],
    ['mail alone', trustRules(rule({ ...SMIME, ...result(1) })), 'otherPurposes', ['SMIME']],
    [
      'the policy by its dots',
      trustRules(rule({ Policy: '<string>1.2.840.113635.100.1.3</string>', ...result(1) })),
      'servers',
      ['1.2.840.113635.100.1.3'],
    ],
    [
      'clients of TLS alone',
      trustRules(rule({ ...SSL, PolicyName: '<string>sslClient</string>', ...result(1) })),
      'otherPurposes',
      ['sslClient'],
    ],
    ['left open', trustRules(rule({ ...SSL, ...result(4) })), 'otherPurposes', []],
    [
      'trusted as if it were a root, which it is',
      trustRules(rule({ ...SSL, ...result(2) })),
      'otherPurposes',
      ['sslServer'],
    ],
    [
      'one host alone',
      trustRules(rule({ ...SSL, PolicyString: '<string>intranet.example</string>', ...result(1) })),
      'otherPurposes',
      ['sslServer'],
    ],
    [
      'every use of the key',
      trustRules(rule({ ...SSL, KeyUsage: '<integer>-1</integer>', ...result(1) })),
      'servers',
      ['sslServer'],
    ],
    [
      'another use of the key',
      trustRules(rule({ ...SSL, KeyUsage: '<integer>1</integer>', ...result(1) })),
      'otherPurposes',
      ['sslServer'],
    ],
    [
      'an error that is let pass, as Always Trust writes it',
      trustRules(rule({ ...SSL, AllowedError: '<integer>-2147408896</integer>', ...result(1) })),
      'servers',
      ['sslServer'],
    ],
    [
      'trust and denial',
      trustRules(rule({ ...SSL, ...result(1) }), rule({ ...SSL, ...result(3) })),
      'distrusted',
      null,
    ],
    [
      'denial for mail',
      trustRules(rule({ ...SSL, ...result(1) }), rule({ ...SMIME, ...result(3) })),
      'servers',
      ['sslServer'],
    ],
  ])('takes a root with %s for what it is', async (...row) => {
    const [, rules, trust, purposes] = row;
    mac = await makeMacos('15.1');
    mac.keychains.roots = [second.pem];
    mac.keychains.system = [first.pem];
    mac.settings = new Map([[sha1Of(first.pem), rules]]);
    expect((await entriesOf())[first.sha256]).toMatchObject({ trust, purposes });
  });

  it('wants a certificate that is no root to be named one', async () => {
    mac = await makeMacos('15.1');
    const cross = crossSigned();
    mac.keychains.roots = [first.pem];
    mac.keychains.system = [cross];
    const digest = sha256Hex(pemToDer(cross));
    const trustWith = async (rules: string) => {
      mac.settings = new Map([[sha1Of(cross), rules]]);
      return (await entriesOf())[digest]?.trust;
    };
    expect(await trustWith('')).toBe('otherPurposes');
    expect(await trustWith(trustRules(rule(result(1))))).toBe('otherPurposes');
    expect(await trustWith(trustRules(rule(result(2))))).toBe('servers');
  });

  it('knows what a profile installed, where macOS shows its bytes', async () => {
    mac = await makeMacos('15.1');
    mac.keychains.roots = [first.pem];
    mac.keychains.system = [second.pem, third.pem];
    const der = pemToDer(second.pem);
    const payload = `<dict><key>PayloadType</key><string>com.apple.security.root</string><key>PayloadContent</key><dict><key>PayloadContent</key><data>${Buffer.from(der).toString('base64')}</data></dict></dict>`;
    const other = payload
      .replace('security.root', 'wifi.managed')
      .replace(/<data>.*<\/data>/s, `<data>${Buffer.from(pemToDer(third.pem)).toString('base64')}</data>`);
    mac.profiles = `<plist version="1.0"><dict><key>_computerlevel</key><array><dict><key>ProfileItems</key><array>${payload}${other}</array></dict></array></dict></plist>`;
    const entries = await entriesOf();
    expect(entries[second.sha256]?.origin).toBe('policy');
    expect(entries[third.sha256]?.origin).toBe('local');
    mac.profiles = 'There are no configuration profiles installed in the system domain';
    expect((await entriesOf())[second.sha256]?.origin).toBe('local');
  });

  it('opens two keychains by name, and no login keychain', async () => {
    mac = await makeMacos('14.6');
    mac.keychains.roots = [first.pem];
    await read();
    const opened = mac.ran.filter((argv) => argv[1] === 'find-certificate');
    expect(opened).toEqual([
      ['/usr/bin/security', 'find-certificate', '-a', '-Z', '-p', ROOTS],
      ['/usr/bin/security', 'find-certificate', '-a', '-Z', '-p', SYSTEM],
    ]);
  });

  it('says what it could not read', async () => {
    mac = await makeMacos('15.1');
    mac.keychains.roots = [first.pem];
    mac.answers.set(
      'trust-settings-export',
      ranTo(1, '', 'SecTrustSettingsCreateExternalRepresentation: internal error\n'),
    );
    expect((await read()).store).toMatchObject({
      bundle: { state: 'read', anchors: [first.sha256] },
      problems: [expect.stringContaining('internal error') as string, expect.any(String) as string],
    });
    mac.answers.set('find-certificate', ranTo(50, '', 'security: SecKeychainOpen: no such keychain\n'));
    expect((await read()).store).toMatchObject({
      bundle: {
        state: 'unreadable',
        anchors: [],
        sha256: null,
        opensslAccepts: false,
        detail: expect.stringContaining('no such keychain') as string,
      },
    });
    await expect(mac.store.snapshot()).rejects.toThrow('no such keychain');
  });

  it.each(['', '<plist version="1.0"><dict/></plist>', '{"trustList": 1}', '<plist><dict><key>trustList'])(
    'takes an export that is %j as one that cannot be read',
    async (content) => {
      mac = await makeMacos('15.1');
      mac.keychains.roots = [first.pem];
      mac.settings = new Map();
      const ports = {
        ...mac.ports,
        runProgram: async (request: StoreRunRequest) => {
          const ran = await mac.ports.runProgram(request);
          if (request.argv[1] === 'trust-settings-export' && ran.exitCode === 0)
            await mac.ports.writeFile(request.argv.at(-1) ?? '', Buffer.from(content));
          return ran;
        },
      };
      const [store] = await createTrustStores(ports).list();
      expect((await store?.read())?.store.problems).toEqual([
        expect.stringContaining('no property list that can be read') as string,
      ]);
    },
  );
});

/** Issued by another authority: no root, however much it may sign. */
function crossSigned(): string {
  const directory = mac.host.at('cross');
  const openssl = (...args: string[]) =>
    execFileSync('/usr/bin/openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  mac.host.put('cross/extensions', 'basicConstraints=critical,CA:TRUE\n');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '30',
    '-keyout',
    `${directory}/ca.key`,
    '-subj',
    '/CN=Root',
    '-out',
    `${directory}/ca.pem`,
  );
  openssl(
    'req',
    ...key,
    '-keyout',
    `${directory}/sub.key`,
    '-subj',
    '/CN=Cross',
    '-out',
    `${directory}/sub.csr`,
  );
  return openssl(
    'x509',
    '-req',
    '-in',
    `${directory}/sub.csr`,
    '-CA',
    `${directory}/ca.pem`,
    '-CAkey',
    `${directory}/ca.key`,
    '-days',
    '30',
    '-set_serial',
    '7',
    '-extfile',
    `${directory}/extensions`,
  );
}
