/** As much as the API takes (libs/api `inspectRequest`). */
export const MAX_PEM_BYTES = 256 * 1024;

const LINE = 64;

function toPem(der: Uint8Array): string {
  const base64 = btoa(Array.from(der, (byte) => String.fromCharCode(byte)).join(''));
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** An ASN.1 SEQUENCE with a two- or three-byte length: what every certificate in DER begins with (X.690 §8.1). */
const looksLikeDer = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x30 && (bytes[1] === 0x82 || bytes[1] === 0x81 || bytes[1] === 0x83);

export type CertificateText = { readonly kind: 'text'; readonly pem: string } | { readonly kind: 'tooLarge' };

/** Bytes of a chosen file as PEM text: DER, which Windows exports by default, is wrapped; anything else is taken as text. */
export function certificateText(bytes: Uint8Array): CertificateText {
  if (bytes.length > MAX_PEM_BYTES) return { kind: 'tooLarge' };
  const pem = looksLikeDer(bytes)
    ? toPem(bytes)
    : new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes);
  return pem.length > MAX_PEM_BYTES ? { kind: 'tooLarge' } : { kind: 'text', pem };
}
