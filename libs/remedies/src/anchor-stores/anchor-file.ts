import type { CertificateFacts } from '@trustfleet/certificates';
import type { FileWay } from './drivers.ts';

/**
 * Name of the file that holds an anchor of ours, e.g. `trustfleet-0123456789abcdef.crt`. The digest in the name makes one file per
 * anchor; the extension is what the store's tool reads (trust-stores.md §6.1).
 */
export function anchorFileName(sha256: string, { extension }: Pick<FileWay, 'extension'>): string {
  return `trustfleet-${sha256.slice(0, 16)}${extension}`;
}

/** The exact bytes of that file: one PEM block (trust-stores.md §6.1: one certificate per file). Its SHA-256 stands in the plan. */
export function anchorFileContent(certificate: Pick<CertificateFacts, 'pem'>): Uint8Array {
  return new TextEncoder().encode(certificate.pem);
}
