import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANCHOR_REFUSALS, inspectAnchor, MAX_ANCHOR_BYTES, pemToDer, WELL_KNOWN_ROOTS } from './index.ts';

const now = new Date('2026-11-22T00:00:00Z');
const A = WELL_KNOWN_ROOTS[0]!.pem;
const B = WELL_KNOWN_ROOTS[1]!.pem;
const KEY = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----\n';
const codesOf = (text: string | Uint8Array, at = now): string[] =>
  inspectAnchor(text, at).refusals.map(({ code }) => code);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'trustfleet-inspect-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const openssl = (argv: string[]): string =>
  execFileSync('openssl', argv, {
    env: { PATH: process.env['PATH'] ?? '' },
    timeout: 30_000,
    encoding: 'utf8',
    stdio: 'pipe',
  });

const CA = ['-addext', 'basicConstraints=critical,CA:TRUE'];
const RSA = ['-newkey', 'rsa:2048'];
/** A CA made by the `openssl` program, valid from its own today for 30 days. */
function made(name: string, newKey: string[], ...more: string[]): string {
  const out = path.join(directory, `${name}.pem`);
  openssl([
    'req',
    '-x509',
    ...newKey,
    '-nodes',
    '-keyout',
    path.join(directory, `${name}.key`),
    '-out',
    out,
    '-days',
    '30',
    '-subj',
    `/CN=${name}`,
    '-config',
    '/dev/null',
    ...more,
  ]);
  return readFileSync(out, 'utf8');
}
/** Inspected at a time that lies within. */
const codesWithin = (pem: string): string[] => {
  const { certificate } = inspectAnchor(pem, now);
  return codesOf(pem, new Date((certificate!.notBefore.getTime() + certificate!.notAfter.getTime()) / 2));
};

describe('inspectAnchor: the text', () => {
  it.each([
    ['nothing', '', ['notPem']],
    ['white space', ' \n\n', ['notPem']],
    ['words', 'hello', ['notPem']],
    ['DER', pemToDer(A), ['notPem']],
    ['UTF-16', Buffer.from(`\ufeff${A}`, 'utf16le'), ['notPem']],
    ['256 KiB and a byte', 'x'.repeat(MAX_ANCHOR_BYTES + 1), ['tooLarge']],
    ['10 MB with a good certificate in front', A + 'x'.repeat(10 << 20), ['tooLarge']],
    ['256 KiB', A + ' '.repeat(MAX_ANCHOR_BYTES - A.length), []],
    ['two certificates', A + B, ['moreThanOne']],
    ['the same one twice', A + A, []],
    ['a damaged one', A.replace(/(\n.{20})./, '$1*'), ['malformed']],
    ['a good one and a damaged one', A + B.replace(/(\n.{20})./, '$1*'), ['malformed']],
    ['one without an end', A.slice(0, 300), ['malformed']],
    ['a damaged begin line', A.replace('BEGIN CERTIFICATE-----', 'BEGIN CERTIFICATE'), ['malformed']],
    ['a key alone', KEY, ['privateKey']],
    ['a key without an end', KEY.slice(0, 40), ['privateKey']],
    ['a certificate and its key', KEY + A, ['privateKey']],
    ['an encrypted key', A + KEY.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'), ['privateKey']],
    ['an old key', A + KEY.replaceAll('PRIVATE', 'RSA PRIVATE'), ['privateKey']],
    ['two certificates and a key', A + KEY + B, ['privateKey', 'moreThanOne']],
    ['one root', A, []],
    ['a root in Windows lines', A.replaceAll('\n', '\r\n'), []],
    ['an indented root', A.replace(/^(?=.)/gm, '      '), []],
    [
      'a root on one line',
      A.trim().replaceAll('\n', ' ').replace('BEGIN CERTIFICATE', 'BEGIN CERTIFICATE'),
      [],
    ],
    ['comments around it', `# 2026\nSubject: CN=x\n\n${A}\nbye\n`, []],
    ['an OpenSSL trusted certificate', A.replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE'), []],
  ] as [string, string | Uint8Array, string[]][])('%s → %j', (_name, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  it('names the line, describes the first certificate though it is refused, and says what to do', () => {
    const { certificate, refusals } = inspectAnchor(`# one\n${A}${B}${KEY}`, now);
    const linesOf = (pem: string): number => pem.split('\n').length - 1;

    expect(certificate?.commonName).toBe('Amazon Root CA 1');
    expect(refusals.map(({ code, line }) => [code, line])).toEqual([
      ['privateKey', 2 + linesOf(A) + linesOf(B)],
      ['moreThanOne', 2 + linesOf(A)],
    ]);
    for (const { message } of refusals) expect(message).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('never repeats a key', () => {
    expect(JSON.stringify(inspectAnchor(`${KEY}${A}`, now).refusals)).not.toContain('c2VjcmV0');
    expect(JSON.stringify(inspectAnchor(KEY.slice(0, 40), now).refusals)).not.toContain('c2Vj');
  });

  it('stays short for a text full of damage', () => {
    expect(inspectAnchor('-----BEGIN CERTIFICATE-----\n*\n'.repeat(5000), now).refusals).toHaveLength(20);
  });
});

describe('inspectAnchor: the certificate', () => {
  it.each([
    ['a second after its end', '2038-01-17T00:00:01Z', ['expired']],
    ['at its end', '2038-01-17T00:00:00Z', []],
    ['at its beginning', '2015-05-26T00:00:00Z', []],
    ['a second before its beginning', '2015-05-25T23:59:59Z', ['notYetValid']],
  ])('%s', (_name, at, codes) => {
    expect(codesOf(A, new Date(at))).toEqual(codes);
  });

  it.each([
    ['rsa1024', ['-newkey', 'rsa:1024'], CA, ['weakKey']],
    ['rsa2047', ['-newkey', 'rsa:2047'], CA, ['weakKey']],
    ['rsa2048', RSA, CA, []],
    ['secp224r1', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp224r1'], CA, ['weakKey']],
    ['p256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], CA, []],
    ['ed25519', ['-newkey', 'ed25519'], CA, []],
    ['md5', RSA, [...CA, '-md5'], ['weakSignature']],
    ['sha1SelfSigned', RSA, [...CA, '-sha1'], []],
    ['leaf', RSA, ['-addext', 'basicConstraints=CA:FALSE'], ['notAuthority']],
    ['cannotSign', RSA, [...CA, '-addext', 'keyUsage=critical,digitalSignature'], ['notAuthority']],
    [
      'allAtOnce',
      ['-newkey', 'rsa:1024'],
      ['-md5', '-addext', 'basicConstraints=CA:FALSE'],
      ['notAuthority', 'weakKey', 'weakSignature'],
    ],
  ])('%s', (...row) => {
    const [name, newKey, more, codes] = row;
    expect(codesWithin(made(name, newKey, ...more))).toEqual(codes);
  });

  it('refuses DSA of any size', () => {
    const parameters = path.join(directory, 'dsa.params');
    openssl([
      'genpkey',
      '-genparam',
      '-algorithm',
      'DSA',
      '-pkeyopt',
      'dsa_paramgen_bits:2048',
      '-out',
      parameters,
    ]);

    expect(codesWithin(made('dsa', ['-newkey', `dsa:${parameters}`], ...CA))).toEqual(['weakKey']);
  });

  it('refuses SHA-1 on a CA that another one signed', () => {
    made('root', RSA, ...CA);
    const file = (name: string): string => path.join(directory, name);
    openssl([
      'req',
      '-new',
      ...RSA,
      '-nodes',
      '-keyout',
      file('sub.key'),
      '-out',
      file('sub.csr'),
      '-subj',
      '/CN=sub',
      '-config',
      '/dev/null',
      ...CA,
    ]);
    const sub = openssl([
      'x509',
      '-req',
      '-sha1',
      '-in',
      file('sub.csr'),
      '-CA',
      file('root.pem'),
      '-CAkey',
      file('root.key'),
      '-set_serial',
      '7',
      '-days',
      '30',
      '-copy_extensions',
      'copy',
    ]);

    expect(codesWithin(sub)).toEqual(['weakSignature']);
  });
});

describe('inspectAnchor: any text', () => {
  it('answers with known codes, and accepts only what holds exactly one certificate', () => {
    const scraps = fc.constantFrom(
      A,
      B,
      KEY,
      '-----BEGIN ',
      '-----END CERTIFICATE-----',
      '\n',
      'x',
      '-----',
      'é',
      '\0',
      '\ufeff',
    );

    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(scraps, { maxLength: 8 }).map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const { certificate, refusals } = inspectAnchor(text, now);

          for (const { code } of refusals) expect(ANCHOR_REFUSALS).toContain(code);
          if (refusals.length === 0) expect(text.includes(A) !== text.includes(B)).toBe(true);
          if (text.includes(KEY)) expect(refusals.map(({ code }) => code)).toContain('privateKey');
          if (certificate === null) expect(refusals.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});
