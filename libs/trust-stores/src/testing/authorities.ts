import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pemToDer, sha256Hex } from '@trustfleet/certificates';

export interface TestAuthority {
  readonly pem: string;
  readonly der: Uint8Array;
  readonly sha256: string;
  /** SHA-1 as `openssl x509 -fingerprint` prints it, upper case without colons. */
  readonly opensslThumbprint: string;
  /** Of its private key, PEM. */
  readonly key: string;
}

/** A self-signed authority made by the real OpenSSL, with a key of its own; equal names give different certificates. */
export function makeAuthority(commonName: string): TestAuthority {
  const directory = mkdtempSync(join(tmpdir(), 'trustfleet-authority-'));
  try {
    const key = join(directory, 'key.pem');
    const file = join(directory, 'certificate.pem');
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '900'],
      ...['-keyout', key, '-out', file, '-subj', `/CN=${commonName}`],
    );
    const pem = readFileSync(file, 'latin1');
    const der = pemToDer(pem);
    const printed = openssl('x509', '-in', file, '-noout', '-fingerprint', '-sha1');
    const opensslThumbprint = printed.trim().replace(/^.*=/, '').replaceAll(':', '');
    return { pem, der, sha256: sha256Hex(der), opensslThumbprint, key: readFileSync(key, 'latin1') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function openssl(...args: string[]): string {
  return execFileSync('/usr/bin/openssl', args, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });
}
