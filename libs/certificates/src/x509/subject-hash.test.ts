import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pemToDer, WELL_KNOWN_ROOTS } from '../index.ts';
import { subjectHash } from './subject-hash.ts';

const OPENSSL = '/usr/bin/openssl';
let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'trustfleet-subject-hash-'));
  execFileSync(OPENSSL, [
    'ecparam',
    '-genkey',
    '-name',
    'prime256v1',
    '-noout',
    '-out',
    join(place, 'key.pem'),
  ]);
});
afterAll(() => {
  rmSync(place, { recursive: true });
});

const hashByOpenssl = (pem: string): string =>
  execFileSync(OPENSSL, ['x509', '-noout', '-subject_hash'], { input: pem, encoding: 'utf8' }).trim();

/** A certificate with that subject; `mask` is OpenSSL's string_mask, which decides the ASN.1 type. */
function certificate(subject: string, mask = 'utf8only'): string {
  const config = join(place, 'openssl.cnf');
  writeFileSync(
    config,
    `[req]\ndistinguished_name=dn\nstring_mask=${mask}\nprompt=no\nutf8=yes\n[dn]\n${subject}\n`,
  );
  return execFileSync(
    OPENSSL,
    ['req', '-x509', '-new', '-key', join(place, 'key.pem'), '-days', '1', '-config', config, '-utf8'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
}

describe('subjectHash', () => {
  it.each(WELL_KNOWN_ROOTS.map(({ name, pem }) => [name, pem]))('of %s is that of OpenSSL', (_, pem) => {
    expect(subjectHash(pemToDer(pem))).toBe(hashByOpenssl(pem));
  });

  it.each([
    ['blanks and capitals', 'CN=  Studio   ROOT  ca ', 'utf8only'],
    ['other letters', 'CN=Főtanúsítvány ÉÀ\nO=한국 스튜디오', 'utf8only'],
    ['BMPString', 'CN=Studio Ünï', 'MASK:0x800'],
    ['UniversalString', 'CN=Studio Ünï', 'MASK:0x100'],
    ['T61String', 'CN=Studio Root', 'MASK:0x4'],
    ['IA5String', 'emailAddress=IT@Studio.example\nCN=x', 'nombstr'],
    ['several values in one name', 'CN=Root\n+OU=Pipeline\n+O=A', 'utf8only'],
    ['a type that is not folded', 'CN=Root\ndnQualifier=  Ab ', 'default'],
  ])('of a subject with %s is that of OpenSSL', (_, subject, mask) => {
    const pem = certificate(subject, mask);
    expect(subjectHash(pemToDer(pem))).toBe(hashByOpenssl(pem));
  });

  it('is that of OpenSSL for whatever text', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'Z', ' ', '\t', 'é', '한'),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (value) => {
        const pem = certificate(`CN="x${value}x"\nOU="${value}."`);
        expect(subjectHash(pemToDer(pem))).toBe(hashByOpenssl(pem));
      }),
      { numRuns: 15 },
    );
  });
});
