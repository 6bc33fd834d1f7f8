import { webcrypto, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CertificateParseError,
  describeCertificate,
  issueCertificate,
  pemToDer,
  sha256Hex,
  toPem,
  WELL_KNOWN_ROOTS,
} from './index.ts';
import { selfSigned } from './testing/openssl-certificate.ts';

let keys: webcrypto.CryptoKeyPair;
beforeAll(async () => {
  keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
});

const authorityNamed = (commonName: string, organization?: string): Promise<Uint8Array> =>
  issueCertificate({
    profile: { kind: 'authority' },
    subject: { commonName, ...(organization === undefined ? {} : { organization }) },
    serialNumber: '01',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    issuerCertificate: null,
  });

const RSA = ['-newkey', 'rsa:2048'];
const curve = (name: string): string[] => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${name}`];

describe('describeCertificate', () => {
  it('says what Node says of every well-known root, and the key digest of its issuer’s list', () => {
    for (const { pem } of WELL_KNOWN_ROOTS) {
      const node = new X509Certificate(pem);
      const facts = describeCertificate(pemToDer(pem));

      expect(facts.subject).toBe(node.subject.split('\n').join(', '));
      expect(facts.spkiSha256).toBe(sha256Hex(node.publicKey.export({ type: 'spki', format: 'der' })));
      expect([facts.notBefore, facts.notAfter]).toEqual([node.validFromDate, node.validToDate]);
      expect([facts.isAuthority, facts.selfSigned]).toEqual([true, true]);
    }
    expect(describeCertificate(pemToDer(WELL_KNOWN_ROOTS[0]!.pem)).spkiSha256).toBe(
      'fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2',
    );
  });

  it.each([
    [RSA, ['-sha256'], 'rsa', 2048, 'sha256WithRSAEncryption'],
    [RSA, ['-sha1'], 'rsa', 2048, 'sha1WithRSAEncryption'],
    [RSA, ['-md5'], 'rsa', 2048, 'md5WithRSAEncryption'],
    [['-newkey', 'rsa:1024'], ['-sha512'], 'rsa', 1024, 'sha512WithRSAEncryption'],
    [RSA, ['-sha256', '-sigopt', 'rsa_padding_mode:pss'], 'rsa', 2048, 'rsassaPss-with-SHA256'],
    [RSA, ['-sha1', '-sigopt', 'rsa_padding_mode:pss'], 'rsa', 2048, 'rsassaPss-with-SHA1'],
    [curve('P-256'), ['-sha256'], 'ec', 256, 'ecdsa-with-SHA256'],
    [curve('P-384'), ['-sha384'], 'ec', 384, 'ecdsa-with-SHA384'],
    [curve('P-521'), ['-sha512'], 'ec', 521, 'ecdsa-with-SHA512'],
    [curve('secp224r1'), ['-sha256'], 'ec', 224, 'ecdsa-with-SHA256'],
    [curve('prime192v1'), ['-sha1'], 'ec', 192, 'ecdsa-with-SHA1'],
    [['-newkey', 'ed25519'], [], 'ed25519', 256, 'ED25519'],
    [['-newkey', 'ed448'], [], 'ed448', 456, 'ED448'],
  ] as const)('reads key and signature: %j %j', (...row) => {
    const [newKey, more, keyType, keyBits, signatureAlgorithm] = row;
    expect(describeCertificate(selfSigned([...newKey], ...more))).toMatchObject({
      keyType,
      keyBits,
      signatureAlgorithm,
      selfSigned: true,
    });
  });

  it.each([
    ['0', '00'],
    ['-5', '-05'],
    ['255', 'FF'],
    ['1', '01'],
  ])('serial %s is no obstacle', (serial, shown) => {
    expect(describeCertificate(selfSigned(curve('P-256'), '-set_serial', serial)).serial).toBe(shown);
  });

  it('an end beyond 2049 is written as GeneralizedTime (RFC 5280 §4.1.2.5), also the last there is', () => {
    const der = Buffer.from(selfSigned(curve('P-256'), '-days', '36500'));
    const year = new Date().getUTCFullYear();
    const at = der.indexOf(Buffer.from([0x18, 0x0f])) + 2;

    expect(at).toBeGreaterThan(2);
    expect(describeCertificate(der).notAfter.getUTCFullYear() - year).toBeGreaterThanOrEqual(99);
    der.write('99991231235959Z', at, 'latin1');
    expect(describeCertificate(der).notAfter).toEqual(new Date('9999-12-31T23:59:59Z'));
  });

  it('a date that is none is told, and is no fault of ours', () => {
    const der = Buffer.from(selfSigned(curve('P-256'), '-days', '36500'));
    der.write('99999999999999Z', der.indexOf(Buffer.from([0x18, 0x0f])) + 2, 'latin1');

    expect(() => describeCertificate(der)).toThrow(CertificateParseError);
  });

  it('says who signed it only when asked, and the same each time', () => {
    const facts = describeCertificate(pemToDer(WELL_KNOWN_ROOTS[0]!.pem));

    expect([facts.selfSigned, facts.selfSigned]).toEqual([true, true]);
    expect(JSON.parse(JSON.stringify({ ...facts }))).toMatchObject({ selfSigned: true });
  });

  it.each([
    ['CA:TRUE', ['-addext', 'basicConstraints=critical,CA:TRUE'], true],
    [
      'CA:TRUE that may not sign certificates',
      ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=digitalSignature'],
      false,
    ],
    ['CA:FALSE', ['-addext', 'basicConstraints=CA:FALSE'], false],
  ])('%s', (_name, extensions, isAuthority) => {
    const plain = selfSigned(curve('P-256'), ...extensions);

    expect(describeCertificate(plain).isAuthority).toBe(isAuthority);
  });

  it('a name equal to its issuer’s does not make it self-signed: the signature must be its own', async () => {
    const root = await authorityNamed('Twin');
    const others = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    const twin = await issueCertificate({
      profile: { kind: 'authority' },
      subject: { commonName: 'Twin' },
      serialNumber: '02',
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2036-01-01T00:00:00Z'),
      publicKey: others.publicKey,
      signingKey: keys.privateKey,
      issuerCertificate: root,
    });

    expect(describeCertificate(twin)).toMatchObject({
      subject: 'CN=Twin',
      issuer: 'CN=Twin',
      selfSigned: false,
    });
  });

  it('is not led astray by another certificate’s PEM inside', async () => {
    const wolf = await authorityNamed('Wolf', `\n${WELL_KNOWN_ROOTS[0]!.pem}`);
    const facts = describeCertificate(wolf);

    expect(facts.commonName).toBe('Wolf');
    expect(facts.sha256).toBe(sha256Hex(wolf));
  });

  it.each([
    ['line end and NUL', 'a\nb\0c', 'a\ufffdb\ufffdc'],
    ['direction override', 'moc.\u202Emazon', 'moc.\ufffdmazon'],
    ['markup stays text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['a comma and an equals sign', 'Studio, CN=Other', 'Studio, CN=Other'],
    ['Korean', '스튜디오 인증 기관', '스튜디오 인증 기관'],
  ])('names are text and nothing more: %s', async (_name, commonName, shown) => {
    const facts = describeCertificate(await authorityNamed(commonName));

    expect(facts.commonName).toBe(shown);
    expect(facts.subject).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('reads a name in UTF-16 (BMPString) and one without CN', () => {
    const argv = ['-subj', '/O=Only an organisation'];
    expect(describeCertificate(selfSigned(curve('P-256'), ...argv))).toMatchObject({
      commonName: null,
      subject: 'O=Only an organisation',
    });
    // The CN of Amazon Root CA 1, `Amazon Root CA 1`, written as a BMPString of eight characters: same length, other tag.
    const der = Buffer.from(pemToDer(WELL_KNOWN_ROOTS[0]!.pem));
    const cn = der.lastIndexOf(Buffer.from('Amazon Root CA 1'));
    der[cn - 2] = 0x1e;
    Buffer.from('관리자 CA 1', 'utf16le').swap16().copy(der, cn);
    expect(describeCertificate(der).commonName).toBe('관리자 CA 1');
  });
});

describe('describeCertificate: what is none', () => {
  const good = pemToDer(WELL_KNOWN_ROOTS[2]!.pem);
  it.each([
    ['nothing', new Uint8Array()],
    ['one byte', Uint8Array.of(0x30)],
    ['bytes after it', Buffer.concat([good, Uint8Array.of(0)])],
    ['one byte too few', good.subarray(0, -1)],
    ['an indefinite length', Uint8Array.of(0x30, 0x80, 0, 0)],
    ['a length of five bytes', Uint8Array.of(0x30, 0x85, 1, 1, 1, 1, 1)],
    ['a long tag', Uint8Array.of(0x3f, 0x81, 0x01, 0x00)],
    ['an empty sequence', Uint8Array.of(0x30, 0x00)],
    ['its PEM', Buffer.from(toPem(good))],
  ])('refuses %s', (_name, der) => {
    expect(() => describeCertificate(der)).toThrow(CertificateParseError);
  });

  it('gives facts about the very bytes, or a CertificateParseError, whatever the bytes are', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(...WELL_KNOWN_ROOTS),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      )
      .map(([{ pem }, places]) => {
        const der = pemToDer(pem);
        for (const [at, value] of places) der[at % der.length] = value;
        return der;
      });

    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 100 })), (der) => {
        try {
          const facts = describeCertificate(der);
          expect(facts.sha256).toBe(sha256Hex(der));
          expect(Buffer.from(pemToDer(facts.pem))).toEqual(Buffer.from(der));
        } catch (error) {
          if (!(error instanceof CertificateParseError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
