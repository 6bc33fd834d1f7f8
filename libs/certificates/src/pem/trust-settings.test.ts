import { execFileSync, spawnSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateParseError, issueCertificate, parseBundle, sha256Hex, toPem } from '../index.ts';
import { readTrustSettings } from './trust-settings.ts';

const env = { PATH: process.env['PATH'] ?? '' };
let directory: string;
let root: { pem: string; sha256: string };
beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'trustfleet-trusted-'));
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const dates = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2099-01-01T00:00:00Z') };
  const common = { ...dates, publicKey: keys.publicKey, signingKey: keys.privateKey };
  const der = await issueCertificate({
    ...{ ...common, profile: { kind: 'authority' }, subject: { commonName: 'Root' } },
    ...{ serialNumber: '01', issuerCertificate: null },
  });
  const leaf = await issueCertificate({
    ...{ ...common, profile: { kind: 'server', dnsNames: ['a.example'], ipAddresses: [] } },
    ...{ subject: { commonName: 'a.example' }, serialNumber: '02', issuerCertificate: der },
  });
  root = { pem: toPem(der), sha256: sha256Hex(der) };
  writeFileSync(path.join(directory, 'root.pem'), root.pem);
  writeFileSync(path.join(directory, 'leaf.pem'), toPem(leaf));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The root as a TRUSTED CERTIFICATE with these options of openssl-x509(1). */
function trusted(...options: readonly string[]): string {
  const argv = ['x509', '-in', path.join(directory, 'root.pem'), '-trustout', ...options];
  return execFileSync('openssl', argv, { env, timeout: 30_000, encoding: 'utf8', stdio: 'pipe' });
}

/** Whether OpenSSL lets the file's anchors vouch for a TLS server. */
function vouches(text: string): boolean {
  const file = path.join(directory, 'anchors.pem');
  writeFileSync(file, text);
  const purpose = ['-no-CApath', '-no-CAstore', '-purpose', 'sslserver'];
  const argv = ['verify', '-CAfile', file, ...purpose, path.join(directory, 'leaf.pem')];
  return spawnSync('openssl', argv, { env, timeout: 30_000, stdio: 'pipe' }).status === 0;
}

const FORMS: readonly (readonly [name: string, options: readonly string[], trust: string])[] = [
  ['nothing', [], 'servers'],
  ['an alias', ['-setalias', 'Studio\u001b[2J'], 'servers'],
  ['serverAuth trusted', ['-addtrust', 'serverAuth'], 'servers'],
  ['any purpose trusted', ['-addtrust', 'anyExtendedKeyUsage'], 'servers'],
  ['mail alone trusted', ['-addtrust', 'emailProtection'], 'otherPurposes'],
  ['serverAuth rejected', ['-addreject', 'serverAuth'], 'distrusted'],
  ['any purpose rejected', ['-addreject', 'anyExtendedKeyUsage'], 'distrusted'],
  ['mail rejected', ['-addreject', 'emailProtection'], 'servers'],
  ['serverAuth trusted and rejected', ['-addtrust', 'serverAuth', '-addreject', 'serverAuth'], 'distrusted'],
];

describe('a TRUSTED CERTIFICATE', () => {
  it.each(FORMS)(
    'with %s: an anchor exactly where OpenSSL lets it vouch for a server',
    (...[, options, trust]) => {
      const text = trusted(...options);
      const { anchors, certificates, opensslAccepts, problems } = parseBundle(Buffer.from(text));

      expect(certificates).toMatchObject([{ sha256: root.sha256, trust }]);
      expect([opensslAccepts, problems]).toEqual([true, []]);
      expect(anchors.includes(root.sha256)).toBe(vouches(text));
    },
  );

  it.each([
    ['plain, then rejected', () => root.pem + trusted('-addreject', 'serverAuth')],
    ['rejected, then plain', () => trusted('-addreject', 'serverAuth') + root.pem],
  ])('twice, %s: the first one counts, as for OpenSSL', (_name, made) => {
    const text = made();

    expect(parseBundle(Buffer.from(text)).anchors.includes(root.sha256)).toBe(vouches(text));
  });

  it('says its purposes and its alias, which steers nothing', () => {
    const text = trusted('-addtrust', 'emailProtection', '-setalias', 'Studio\u001b[2J');

    expect(parseBundle(Buffer.from(text)).certificates).toMatchObject([
      { purposes: ['1.3.6.1.5.5.7.3.4'], alias: 'Studio\ufffd[2J' },
    ]);
  });

  it('with damaged settings is reported by its line, and OpenSSL refuses the file', () => {
    const body = Buffer.concat([
      Buffer.from(root.pem.split('\n').slice(1, -2).join(''), 'base64'),
      Buffer.from([1, 2, 3]),
    ]);
    const text = `# ours\n-----BEGIN TRUSTED CERTIFICATE-----\n${body.toString('base64')}\n-----END TRUSTED CERTIFICATE-----\n`;
    const { certificates, problems, opensslAccepts } = parseBundle(Buffer.from(text));

    expect([certificates, opensslAccepts, vouches(text)]).toEqual([[], false, false]);
    expect(problems.map(({ line }) => line)).toEqual([2]);
  });
});

describe('readTrustSettings', () => {
  it('answers or throws CertificateParseError, whatever the bytes are', () => {
    const likely = fc
      .array(fc.constantFrom(0x30, 0xa0, 0x0c, 0x04, 0xa1, 0x06, 0x00, 0x01, 0x02, 0x80), { maxLength: 20 })
      .map((body) => Uint8Array.of(0x30, body.length, ...body));

    fc.assert(
      fc.property(fc.oneof(likely, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        try {
          expect(['servers', 'otherPurposes', 'distrusted']).toContain(readTrustSettings(bytes).trust);
        } catch (error) {
          if (!(error instanceof CertificateParseError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
