import { createHash } from 'node:crypto';
import { CertificateParseError } from './certificate-parse-error.ts';

/** SHA-256 in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-1 in upper-case hex, as Windows shows thumbprints. For showing and matching only, never for trust. */
export function sha1Thumbprint(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex').toUpperCase();
}

/** One CERTIFICATE block: base64 in lines of 64, LF, final line end (RFC 7468 §3). */
export function toPem(der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += 64) lines.push(base64.slice(at, at + 64));
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * DER of the one CERTIFICATE block in `pem`; for text of our own making or already inspected.
 * Throws CertificateParseError when there is none, or more than one. Field files go through `parseBundle`.
 */
export function pemToDer(pem: string): Uint8Array {
  const blocks = pem.split('-----BEGIN CERTIFICATE-----');
  const body = blocks[1]?.split('-----END CERTIFICATE-----');
  if (blocks.length !== 2 || body?.length !== 2) {
    throw new CertificateParseError(`expected one CERTIFICATE block, found ${blocks.length - 1}`);
  }
  const base64 = (body[0] ?? '').replace(/\s/g, '');
  if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new CertificateParseError('the block is not base64');
  }
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
