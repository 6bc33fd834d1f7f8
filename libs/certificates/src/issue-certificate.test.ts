import { execFileSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeCertificate, issueCertificate, type IssueRequest, toPem } from './index.ts';

const ALGORITHMS = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384' },
  'RSA 2048': {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
  Ed25519: { name: 'Ed25519' },
} as const;
type KeyKind = keyof typeof ALGORITHMS;
const KINDS = Object.keys(ALGORITHMS) as KeyKind[];

const newKeys = async (kind: KeyKind): Promise<webcrypto.CryptoKeyPair> =>
  (await webcrypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2096-01-01T00:00:00Z') };
const at = String(Date.parse('2026-11-22T00:00:00Z') / 1000);

let directory: string;
let keys: Record<KeyKind, webcrypto.CryptoKeyPair>;
beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'trustfleet-issue-'));
  const pairs = await Promise.all(KINDS.map(async (kind) => [kind, await newKeys(kind)] as const));
  keys = Object.fromEntries(pairs) as Record<KeyKind, webcrypto.CryptoKeyPair>;
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function authority(kind: KeyKind, change: Partial<IssueRequest> = {}): Promise<Uint8Array> {
  const { publicKey, privateKey } = keys[kind];
  return issueCertificate({
    profile: { kind: 'authority' },
    subject: { commonName: 'Demo studio CA' },
    serialNumber: '01',
    ...validity,
    publicKey,
    signingKey: privateKey,
    issuerCertificate: null,
    ...change,
  });
}

function server(issuer: Uint8Array, issuerKind: KeyKind, kind: KeyKind): Promise<Uint8Array> {
  return issueCertificate({
    profile: {
      kind: 'server',
      dnsNames: ['localhost', 'site.studio.test'],
      ipAddresses: ['127.0.0.1', '::1'],
    },
    subject: { commonName: 'site.studio.test', organization: 'Studio' },
    serialNumber: '7fabcdef',
    ...validity,
    publicKey: keys[kind].publicKey,
    signingKey: keys[issuerKind].privateKey,
    issuerCertificate: issuer,
  });
}

function file(name: string, content: string): string {
  const target = path.join(directory, name);
  writeFileSync(target, content, { mode: 0o600 });
  return target;
}

const run = (program: string, argv: string[]): string =>
  execFileSync(program, argv, {
    env: { PATH: process.env['PATH'] ?? '' },
    timeout: 30_000,
    encoding: 'utf8',
    stdio: 'pipe',
  });

const pairs = KINDS.flatMap((issuer) => KINDS.map((subject) => [issuer, subject] as const));

describe('issueCertificate', () => {
  it.each(pairs)(
    'openssl verify -x509_strict accepts what a %s authority issues for a %s server',
    async (issuer, subject) => {
      const ca = await authority(issuer);
      const leaf = await server(ca, issuer, subject);
      const names = [
        '-CAfile',
        file('ca.pem', toPem(ca)),
        '-no-CApath',
        '-no-CAstore',
        '-attime',
        at,
        '-x509_strict',
      ];

      expect(
        run('openssl', [
          'verify',
          ...names,
          '-purpose',
          'sslserver',
          '-verify_hostname',
          'site.studio.test',
          file('leaf.pem', toPem(leaf)),
        ]),
      ).toMatch(/: OK$/m);
      expect(
        run('openssl', ['verify', ...names, '-verify_ip', '::1', file('leaf.pem', toPem(leaf))]),
      ).toMatch(/: OK$/m);
      expect(() =>
        run('openssl', ['verify', ...names, '-verify_hostname', 'other.test', file('leaf.pem', toPem(leaf))]),
      ).toThrow(/hostname mismatch/i);
    },
  );

  it('Python shakes hands with it under the flags that 3.13 sets by default', async () => {
    const ca = await authority('P-256');
    const leaf = await server(ca, 'P-256', 'RSA 2048');
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys['RSA 2048'].privateKey)).toString(
      'base64',
    );
    const pem = `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
    const script = `
import ssl, sys
cafile, chain, host = sys.argv[1:]
client = ssl.create_default_context(cafile=cafile)
client.verify_flags |= ssl.VERIFY_X509_STRICT | 0x80000  # partial chain, named from 3.10 on
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(chain)
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
left = client.wrap_bio(a, b, server_hostname=host)
right = server.wrap_bio(b, a, server_side=True)
done = set()
for _ in range(20):
    for side in (left, right):
        try:
            side.do_handshake()
            done.add(side)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLCertVerificationError as error:
            print("code", error.verify_code)
            sys.exit()
    if len(done) == 2:
        break
print("subject", left.getpeercert()["subject"][-1][0][1])
`;
    const handshake = (bundle: string, host: string): string =>
      run('python3', ['-c', script, bundle, file('chain.pem', toPem(leaf) + pem), host]).trim();

    expect(handshake(file('ca.pem', toPem(ca)), 'localhost')).toBe('subject site.studio.test');
    expect(handshake(file('other.pem', toPem(await authority('P-384'))), 'localhost')).toBe('code 20');
    expect(handshake(file('ca.pem', toPem(ca)), 'elsewhere.test')).toBe('code 62');
  });

  it('writes the extensions that strict verification asks for (RFC 5280 §4.2)', async () => {
    const ca = await authority('P-256', { profile: { kind: 'authority', pathLength: 0 } });
    const leaf = await server(ca, 'P-256', 'RSA 2048');
    const text = (name: string, der: Uint8Array): string =>
      run('openssl', ['x509', '-noout', '-text', '-in', file(name, toPem(der))]);
    const caText = text('ca.pem', ca);
    const leafText = text('leaf.pem', leaf);
    const keyId = (document: string, title: string): string | undefined =>
      new RegExp(`X509v3 ${title} Key Identifier: \\n\\s+([0-9A-F:]+)`).exec(document)?.[1];

    expect(caText).toMatch(/Basic Constraints: critical\n\s+CA:TRUE, pathlen:0/);
    expect(caText).toMatch(/Key Usage: critical\n\s+Certificate Sign, CRL Sign/);
    expect(leafText).toMatch(/Basic Constraints: critical\n\s+CA:FALSE/);
    expect(leafText).toMatch(/Key Usage: critical\n\s+Digital Signature, Key Encipherment/);
    expect(leafText).toMatch(/Extended Key Usage: \n\s+TLS Web Server Authentication/);
    expect(leafText).toMatch(
      /DNS:localhost, DNS:site\.studio\.test, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/,
    );
    expect(keyId(caText, 'Subject')).toMatch(/^[0-9A-F:]{59}$/);
    expect(keyId(leafText, 'Authority')).toBe(keyId(caText, 'Subject'));
    expect(keyId(leafText, 'Subject')).not.toBe(keyId(caText, 'Subject'));
  });

  it('chains over an intermediate authority', async () => {
    const root = await authority('P-384');
    const middle = await authority('P-256', {
      subject: { commonName: 'Demo issuing CA' },
      serialNumber: '02',
      signingKey: keys['P-384'].privateKey,
      issuerCertificate: root,
    });
    const leaf = await server(middle, 'P-256', 'Ed25519');

    expect(describeCertificate(middle)).toMatchObject({
      selfSigned: false,
      isAuthority: true,
      issuer: 'CN=Demo studio CA',
    });
    const argv = [
      'verify',
      '-CAfile',
      file('root.pem', toPem(root)),
      '-no-CApath',
      '-no-CAstore',
      '-attime',
      at,
      '-x509_strict',
    ];
    expect(
      run('openssl', [
        ...argv,
        '-untrusted',
        file('middle.pem', toPem(middle)),
        file('leaf.pem', toPem(leaf)),
      ]),
    ).toMatch(/: OK$/m);
  });

  it('keeps names, serial and dates as they were asked for', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((text) => text.trim() !== '' && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text));
    const serial = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => {
      bytes[0] = (bytes[0]! & 0x7f) | 0x01;
      return Buffer.from(bytes).toString('hex');
    });
    const second = fc
      .date({ min: new Date('1960-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
      .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));

    await fc.assert(
      fc.asyncProperty(name, serial, fc.tuple(second, second), async (commonName, serialNumber, dates) => {
        const [notBefore, notAfter] = dates.sort((a, b) => a.getTime() - b.getTime());
        const facts = describeCertificate(
          await authority('P-256', {
            subject: { commonName, organization: commonName },
            serialNumber,
            notBefore,
            notAfter,
          }),
        );

        expect(facts).toMatchObject({
          commonName,
          serial: serialNumber.toUpperCase(),
          notBefore,
          notAfter,
          selfSigned: true,
          isAuthority: true,
        });
        expect(facts.subject).toBe(facts.issuer);
      }),
      { numRuns: 60 },
    );
  });

  const refusals: [string, Partial<IssueRequest>, RegExp][] = [
    ['serial zero', { serialNumber: '00' }, /positive/],
    ['a negative serial', { serialNumber: '80' }, /negative/],
    ['a serial of 21 bytes', { serialNumber: '01'.repeat(21) }, /20 bytes/],
    ['half a byte', { serialNumber: '1' }, /whole bytes/],
    ['no serial', { serialNumber: '' }, /whole bytes/],
    ['an end before the beginning', { notAfter: new Date('2025-01-01') }, /before notBefore/],
    ['a date that is none', { notAfter: new Date(Number.NaN) }, /before notBefore/],
    ['no name', { subject: { commonName: ' ' } }, /commonName/],
    [
      'a server without names',
      { profile: { kind: 'server', dnsNames: [], ipAddresses: [] } },
      /DNS name or an IP/,
    ],
  ];
  it.each(refusals)('refuses %s', async (_name, change, message) => {
    await expect(authority('P-256', change)).rejects.toThrow(RangeError);
    await expect(authority('P-256', change)).rejects.toThrow(message);
  });

  it('refuses an issuing certificate without a subject key identifier, and keys that sign nothing', async () => {
    run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      path.join(directory, 'k.pem'),
      '-out',
      path.join(directory, 'plain.pem'),
      '-subj',
      '/CN=plain',
      '-config',
      '/dev/null',
      '-addext',
      'subjectKeyIdentifier=none',
    ]);
    const plain = run('openssl', ['x509', '-in', path.join(directory, 'plain.pem'), '-outform', 'PEM']);
    const { pemToDer } = await import('./index.ts');
    await expect(authority('P-256', { issuerCertificate: pemToDer(plain) })).rejects.toThrow(
      /no subject key identifier/,
    );

    const ecdh = await webcrypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
      'deriveBits',
    ]);
    await expect(authority('P-256', { signingKey: ecdh.privateKey })).rejects.toThrow(/ECDH/);
  });
});
