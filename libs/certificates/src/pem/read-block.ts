import { CertificateParseError } from '../certificate-parse-error.ts';
import { readElement } from '../x509/der.ts';
import { checkCertificate } from '../x509/check-certificate.ts';
import { decodeBase64 } from './base64.ts';
import type { PemBlock } from './pem-blocks.ts';
import { readTrustSettings, TRUSTED_FOR_SERVERS } from './trust-settings.ts';
import type { BundleTrust } from '../types.ts';

export const CERTIFICATE_LABELS: ReadonlySet<string> = new Set([
  'CERTIFICATE',
  'X509 CERTIFICATE',
  'TRUSTED CERTIFICATE',
]);

export type BlockReading =
  | { readonly der: Uint8Array; readonly settings: BundleTrust; readonly problem: null }
  | {
      readonly der: null;
      readonly settings: null;
      readonly problem: { readonly line: number; readonly reason: string };
    };

/** The certificate in a block, and what a TRUSTED block says of it; or why there is none. */
export function readCertificateBlock(block: PemBlock): BlockReading {
  if (block.problem !== null || block.body === null)
    return broken(block.line, block.problem ?? 'it has no content');
  const decoded = decodeBase64(block.body);
  if ('cutShort' in decoded) return broken(block.line, 'its base64 is cut short');
  if ('badCharacterAt' in decoded)
    return broken(lineOf(block, decoded.badCharacterAt), badCharacter(block.body, decoded.badCharacterAt));
  try {
    const { der, settings } = splitTrusted(block.label, decoded.bytes);
    checkCertificate(der);
    return { der, settings, problem: null };
  } catch (error) {
    if (!(error instanceof CertificateParseError)) throw error;
    return broken(block.line, error.message);
  }
}

/** The certificate, and the settings that stand behind it in a TRUSTED block. Throws CertificateParseError. */
export function splitTrusted(label: string, bytes: Uint8Array): { der: Uint8Array; settings: BundleTrust } {
  const { end } = readElement(bytes, 0);
  const trusted = label === 'TRUSTED CERTIFICATE' && end < bytes.length;
  return {
    der: bytes.slice(0, end),
    settings: trusted ? readTrustSettings(bytes.subarray(end)) : TRUSTED_FOR_SERVERS,
  };
}

function broken(line: number, reason: string): BlockReading {
  return { der: null, settings: null, problem: { line, reason } };
}

function lineOf(block: PemBlock, offset: number): number {
  const before = (block.body ?? '').slice(0, offset);
  return block.bodyLine + before.split(before.includes('\n') ? '\n' : '\r').length - 1;
}

/** The code, never the character: the text may be anything. */
function badCharacter(body: string, offset: number): string {
  return `a character that is not base64 (code 0x${body.charCodeAt(offset).toString(16).padStart(2, '0')})`;
}
