import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pemToDer } from '../index.ts';

/** A self-signed certificate of the `openssl` program: `newKey` and `more` are options of openssl-req(1). DER. */
export function selfSigned(newKey: readonly string[], ...more: readonly string[]): Uint8Array {
  const directory = mkdtempSync(path.join(tmpdir(), 'trustfleet-openssl-'));
  const out = path.join(directory, 'made.pem');
  const fixed = ['-nodes', '-keyout', path.join(directory, 'made.key'), '-out', out, '-config', '/dev/null'];
  const defaults = ['-days', '3650', '-subj', '/CN=made'];
  const env = { PATH: process.env['PATH'] ?? '' };
  try {
    execFileSync('openssl', ['req', '-x509', ...newKey, ...fixed, ...defaults, ...more], {
      env,
      timeout: 30_000,
      stdio: 'pipe',
    });
    return pemToDer(readFileSync(out, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
