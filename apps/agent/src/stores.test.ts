import { randomBytes, webcrypto } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { issueCertificate, pemToDer, sha256Hex, toPem, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './testing/run-cli.ts';

const [amazon1, amazon2, amazon3] = WELL_KNOWN_ROOTS;
if (!amazon1 || !amazon2 || !amazon3) throw new Error('WELL_KNOWN_ROOTS is too short');
const HOSTILE = 'evil\u001b[2J\u202egnp.exe';
/** Everything that could steer a terminal but the line ends between which we write. */
const STEERS = /[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/u;

let directory: string;
let root: string;
const at = (path: string): string => join(directory, path);

async function put(path: string, text: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function authority(
  commonName: string,
  keys?: webcrypto.CryptoKeyPair,
): Promise<{ pem: string; sha256: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const pair = keys ?? (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']));
  const der = await issueCertificate({
    profile: { kind: 'authority' },
    subject: { commonName },
    serialNumber: `01${randomBytes(8).toString('hex')}`,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2046-01-01T00:00:00Z'),
    publicKey: pair.publicKey,
    signingKey: pair.privateKey,
    issuerCertificate: null,
  });
  return { pem: toPem(der), sha256: sha256Hex(der) };
}

let zscaler: { pem: string; sha256: string };
let hostile: { pem: string; sha256: string };
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-stores-'));
  root = at('root');
  zscaler = await authority('Zscaler Root CA');
  hostile = await authority(HOSTILE);
  const system = 'usr/share/ca-certificates/mozilla';
  await put(join(root, 'etc/os-release'), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  await put(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await put(join(root, 'etc/ca-certificates.conf'), 'mozilla/Amazon_1.crt\n!mozilla/Amazon_3.crt\n');
  await put(join(root, system, 'Amazon_1.crt'), amazon1.pem);
  await put(join(root, system, 'Amazon_3.crt'), amazon3.pem);
  const local = 'usr/local/share/ca-certificates';
  await put(join(root, local, 'zscaler.crt'), zscaler.pem);
  await put(join(root, local, `odd\u001b[31m\u202e.crt`), hostile.pem);
  await put(join(root, local, 'not-yet.crt'), amazon2.pem);
  await put(join(root, local, 'broken.crt'), 'no certificate\n');
  await put(join(root, 'etc/ssl/certs/ca-certificates.crt'), amazon1.pem + zscaler.pem + hostile.pem);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface JsonRow {
  readonly sha256: string;
  readonly trust: string;
  readonly origin: string;
  readonly location: string | null;
  readonly class: { readonly kind: string; readonly saysItIs: string | null };
}
interface JsonStore {
  readonly id: string;
  readonly problems: readonly string[];
  readonly anchors: readonly JsonRow[];
}

/** As OpenSSL's own TRUSTED CERTIFICATE, with serverAuth among the rejected purposes. */
function rejected(pem: string): string {
  const settings = Uint8Array.of(0x30, 0x0c, 0xa0, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 1);
  return toPem(Buffer.concat([pemToDer(pem), settings])).replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE');
}

const lineWith = (text: string, sha256: string): string =>
  text.split('\n').find((line) => line.includes(sha256)) ?? '';

describe('stores', () => {
  it('lists each anchor on one line: name, what is known, end, trust, origin, fingerprint, place', async () => {
    const { code, stdout, stderr } = await cli('stores', '--root', root);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Debian GNU\/Linux 12 \(bookworm\) \(debian, the operating system's\): 3 anchors$/m,
    );
    expect(lineWith(stdout, amazon1.sha256)).toMatch(
      /^ +Amazon Root CA 1 +public, current +2038-01-17 +servers +system +[0-9a-f]{64}/,
    );
    expect(lineWith(stdout, zscaler.sha256)).toMatch(
      /^ +Zscaler Root CA +says it is Zscaler, which opens TLS +2046-01-01 +servers +local .*zscaler\.crt$/,
    );
    expect(lineWith(stdout, amazon3.sha256)).toMatch(/Amazon Root CA 3 +public, current .* left out /);
  });

  it('puts what to look at first first, and says what is wrong with the store', async () => {
    const { stdout } = await cli('stores', '--root', root);

    expect(stdout.indexOf(zscaler.sha256)).toBeLessThan(stdout.indexOf(hostile.sha256));
    expect(stdout.indexOf(hostile.sha256)).toBeLessThan(stdout.indexOf(amazon1.sha256));
    expect(stdout).toMatch(/! .*broken\.crt: It holds no certificate/);
    expect(stdout).toMatch(/! .*not-yet\.crt: is not in the store that programs read yet/);
  });

  it('is inert, whatever names of others hold', async () => {
    for (const args of [['stores'], ['stores', '--json'], ['stores', 'diff', 'debian', 'catalogue']]) {
      const { stdout } = await cli(...args, '--root', root);

      expect(stdout).toContain('evil');
      expect(stdout).not.toMatch(STEERS);
    }
  });

  it('prints the same as JSON, with all of each certificate’s facts', async () => {
    const { code, stdout } = await cli('stores', '--json', '--root', root);
    const printed = JSON.parse(stdout) as { catalogue: unknown; stores: readonly JsonStore[] };
    const [store] = printed.stores;
    const row = (sha256: string): JsonRow | undefined => store?.anchors.find((one) => one.sha256 === sha256);

    expect(code).toBe(0);
    expect(printed.catalogue).toEqual(ROOT_CATALOGUE.newest);
    expect(store).toMatchObject({ id: 'debian', operatingSystem: true, opensslAccepts: true });
    expect(row(amazon1.sha256)).toMatchObject({
      ...{ trust: 'servers', origin: 'vendor' },
      class: { kind: 'publicCurrent', entered: { version: '2017.01.23' } },
      certificate: { sha1: amazon1.sha1, commonName: 'Amazon Root CA 1', nameConstraints: null },
    });
    expect(row(zscaler.sha256)?.class).toMatchObject({ kind: 'interception', saysItIs: 'Zscaler' });
    expect(row(hostile.sha256)).toMatchObject({ origin: 'local', class: { kind: 'unknown' } });
    // The very path, though what steers is written as escapes.
    expect(row(hostile.sha256)?.location).toContain('odd\u001b[31m\u202e.crt');
    expect(store?.problems.join('\n')).toContain('not-yet.crt');
  });
});

describe('stores diff', () => {
  const diff = (a: string, b: string, ...more: string[]) =>
    cli('stores', 'diff', a, b, '--root', root, ...more);

  it('of two files with the same anchors ends with 0, whatever their order and comments', async () => {
    const a = await put(at('same-a.pem'), amazon1.pem + amazon2.pem);
    const b = await put(at('same-b.pem'), `# ours\r\n${amazon2.pem}\n${amazon1.pem}${amazon1.pem}`);

    const { code, stdout, stderr } = await diff(a, b);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/They hold the same anchors, with the same trust\.$/m);
    expect(stdout).toMatch(
      /^B: .*: 2 anchors\n {3}! The certificate of line \d+ stands in it again in line \d+/m,
    );
  });

  it('says what only one of them has, and ends with 1', async () => {
    const a = await put(at('only-a.pem'), amazon1.pem + amazon2.pem);
    const b = await put(at('only-b.pem'), amazon2.pem + zscaler.pem + hostile.pem);

    const { code, stdout } = await diff(a, b);
    const json = JSON.parse((await diff(a, b, '--json')).stdout) as Record<string, readonly JsonRow[]>;

    expect(code).toBe(1);
    expect(stdout).toMatch(/^Only in A \(1\):\n.*\n +Amazon Root CA 1 .*\n\nOnly in B \(2\):/m);
    expect(json['onlyInA']?.map(({ sha256 }) => sha256)).toEqual([amazon1.sha256]);
    expect(json['onlyInB']?.map(({ sha256 }) => sha256)).toEqual([zscaler.sha256, hostile.sha256].sort());
    expect(json).toMatchObject({ same: false, sameKey: [], trustDiffers: [] });
  });

  it('names two certificates of one key together', async () => {
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    const [old, renewed] = [await authority('Studio CA', keys), await authority('Studio CA', keys)];
    const a = await put(at('key-a.pem'), old.pem + amazon1.pem);
    const b = await put(at('key-b.pem'), renewed.pem + amazon1.pem);

    const { code, stdout } = await diff(a, b);
    const json = JSON.parse((await diff(a, b, '--json')).stdout) as {
      sameKey: { inA: JsonRow[]; inB: JsonRow[] }[];
    };

    expect(code).toBe(1);
    expect(stdout).not.toContain('Only in');
    expect(stdout).toMatch(
      new RegExp(
        `another certificate \\(1\\):\\n  key [0-9a-f]{64}\\n    A: Studio CA  ${old.sha256}\\n    B: Studio CA  ${renewed.sha256}`,
      ),
    );
    expect(json.sameKey.map(({ inA, inB }) => [inA[0]?.sha256, inB[0]?.sha256])).toEqual([
      [old.sha256, renewed.sha256],
    ]);
  });

  it('says where the same anchor is trusted for something else', async () => {
    const all = amazon1.pem + amazon3.pem + zscaler.pem + hostile.pem;
    const { code, stdout } = await diff('debian', await put(at('trust.pem'), all));

    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(
        `^Trust differs \\(1\\):\\n  Amazon Root CA 3  ${amazon3.sha256}: A left out, B servers$`,
        'm',
      ),
    );
    expect(stdout).not.toContain('Only in');
  });

  it('takes what OpenSSL’s own settings reject for rejected', async () => {
    const rejecting = rejected(amazon2.pem);
    const a = await put(at('rejecting.pem'), amazon1.pem + rejecting);
    const b = await put(at('trusting.pem'), amazon1.pem + amazon2.pem);

    expect((await diff(a, b)).stdout).toMatch(
      new RegExp(
        `Trust differs \\(1\\):\\n  Amazon Root CA 2  ${amazon2.sha256}: A DISTRUSTED, B servers$`,
        'm',
      ),
    );
  });

  it('compares with the public list, of now and of then', async () => {
    const { newest } = ROOT_CATALOGUE;
    const list = await diff('catalogue@2024.07.04', 'catalogue', '--json');
    const { onlyInA } = JSON.parse(list.stdout) as { onlyInA: readonly JsonRow[] };
    const digicert = '4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161';

    expect(list.code).toBe(1);
    expect(onlyInA.find(({ sha256 }) => sha256 === digicert)?.class).toMatchObject({
      kind: 'publicRemoved',
      left: { version: '2026.04.22' },
    });
    expect(lineWith((await diff('catalogue@2024.07.04', 'catalogue')).stdout, digicert)).toMatch(
      /^ +DigiCert Global Root CA +left the public list on 2026-04-22 \(certifi 2026\.04\.22\) +2031-11-10 +servers /,
    );
    expect((await diff('catalogue', `catalogue@${newest.version}`)).code).toBe(0);
    expect((await diff('catalogue', 'debian')).stdout).toMatch(
      /^A: The public list, certifi [\d.]+: \d+ anchors$/m,
    );
  });

  it('reads a directory by subject hash', async () => {
    await put(at('hashed/ce5e74ef.0'), amazon1.pem);
    await put(at('hashed/6d41d539.0'), rejected(amazon2.pem));
    const file = await put(at('one.pem'), amazon1.pem);

    expect((await diff(at('hashed'), file)).stdout).toMatch(/^A: .*: 1 anchor$/m);
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['a name of nothing', () => Promise.resolve('debain'), /debain is no store .* name one of debian,/],
    [
      'a file that is not there',
      () => Promise.resolve('/nonexistent/ca.pem'),
      /no store of this machine and no file/,
    ],
    [
      'a release that never was',
      () => Promise.resolve('catalogue@2024.13.01'),
      /no certifi 2024\.13\.01 .* from 0\.0\.1 to/,
    ],
    ['UTF-16', () => put(at('wide.pem'), Buffer.from(`\ufeff${amazon1.pem}`, 'utf16le')), /UTF-16 text/],
    ['words', () => put(at('words.pem'), 'not a bundle\n'), /it holds no certificate/],
    [
      'a hostile name',
      () => Promise.resolve('\u001b[2J\u202e'),
      /^trustfleet-agent: \\u\{1b\}\[2J\\u\{202e\} is no store/,
    ],
  ])('%s is a wrong argument: one sentence and exit code 2', async (_what, argument, sentence) => {
    const { code, stdout, stderr } = await diff('debian', await argument());

    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('does not compare a store that cannot be read', async () => {
    const unseen = at('unseen');
    await put(join(unseen, 'etc/os-release'), 'ID=debian\n');
    await put(join(unseen, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    await put(join(unseen, 'etc/ca-certificates.conf'), '');
    await mkdir(join(unseen, 'usr/local/share/ca-certificates'), { recursive: true });
    // Larger than anything that is read as a bundle, and of no size on disk.
    await put(join(unseen, 'etc/ssl/certs/ca-certificates.crt'), '');
    await truncate(join(unseen, 'etc/ssl/certs/ca-certificates.crt'), 2 ** 31);

    const { code, stderr, stdout } = await cli('stores', 'diff', 'debian', 'catalogue', '--root', unseen);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^trustfleet-agent: debian cannot be compared: /);
  });

  it.each([
    [['stores', 'diff', 'debian'], /missing required argument 'b'/],
    [['stores', 'diff', 'a', 'b', 'c'], /too many arguments/],
    [['stores', 'list'], /too many arguments/],
  ])('%j ends with a sentence and exit code 2', async (args, sentence) => {
    const { code, stderr } = await cli(...args);

    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it('says in its help how it ends and what can be compared', async () => {
    const { code, stdout } = await cli('stores', 'diff', '--help');

    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/exit code 0: .* 1: they differ, 2: wrong arguments/);
    for (const word of ['--json', 'catalogue@2024.07.04', 'hashed directory']) expect(stdout).toContain(word);
  });
});

describe('stores profile', () => {
  it('prints a profile for MDM that holds the certificate, whatever its name says', async () => {
    const { code, stdout, stderr } = await cli('stores', 'profile', await put(at('evil.pem'), hostile.pem));

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('<string>com.apple.security.root</string>');
    expect(stdout.replaceAll(/\s/g, '')).toContain(hostile.pem.split('\n').slice(1, -2).join(''));
    expect(stdout).not.toMatch(STEERS);
  });

  it('refuses what is no anchor', async () => {
    for (const [file, sentence] of [
      [await put(at('none.txt'), 'hello\n'), /no certificate/],
      [at('missing.pem'), /missing\.pem/],
    ] as const) {
      const { code, stdout, stderr } = await cli('stores', 'profile', file);
      expect(stderr).toMatch(sentence);
      expect([code, stdout]).toEqual([1, '']);
    }
  });
});
