import { CertificateParseError } from '../certificate-parse-error.ts';
import type { BundleTrust } from '../types.ts';
import { children, content, type DerElement, objectIdentifier, readElement } from '../x509/der.ts';
import { harmless } from '../x509/names.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_PURPOSE = '2.5.29.37.0';
const OBJECT_IDENTIFIER = 0x06;
const [TRUST, REJECT, ALIAS, KEY_IDENTIFIER, OTHER] = [0x30, 0xa0, 0x0c, 0x04, 0xa1];
/** X509_CERT_AUX of OpenSSL (crypto/x509/x_x509a.c): each part at most once, in this order. */
const ORDER: readonly number[] = [TRUST, REJECT, ALIAS, KEY_IDENTIFIER, OTHER];

/** What stands in a file without settings of its own. */
export const TRUSTED_FOR_SERVERS: BundleTrust = { trust: 'servers', purposes: null, alias: null };

/**
 * OpenSSL's own settings behind the certificate of a TRUSTED CERTIFICATE block, judged as X509_check_trust does for a TLS server
 * (crypto/x509/x509_trust.c): what is rejected is rejected, and with a list of trusted purposes no other one holds. Throws
 * CertificateParseError where OpenSSL refuses them.
 */
export function readTrustSettings(bytes: Uint8Array): BundleTrust {
  const parts = new Map<number, DerElement>();
  let last = -1;
  for (const part of children(settingsIn(bytes))) {
    const place = ORDER.indexOf(part.tag);
    if (place <= last) throw damaged();
    last = place;
    parts.set(part.tag, part);
  }
  const rejected = purposesIn(parts.get(REJECT));
  const purposes = purposesIn(parts.get(TRUST));
  const alias = parts.get(ALIAS);
  return {
    trust: vouchesFor(rejected)
      ? 'distrusted'
      : purposes === null || vouchesFor(purposes)
        ? 'servers'
        : 'otherPurposes',
    purposes,
    alias: alias === undefined ? null : harmless(Buffer.from(content(alias)).toString('utf8')),
  };
}

function settingsIn(bytes: Uint8Array): DerElement {
  const settings = readElement(bytes, 0);
  if (settings.tag !== TRUST) throw damaged();
  return settings;
}

const vouchesFor = (purposes: readonly string[] | null): boolean =>
  purposes !== null && (purposes.includes(SERVER_AUTH) || purposes.includes(ANY_PURPOSE));

function purposesIn(list: DerElement | undefined): string[] | null {
  if (list === undefined) return null;
  return children(list).map((element) => {
    if (element.tag !== OBJECT_IDENTIFIER || !isWellFormed(content(element))) throw damaged();
    return objectIdentifier(element);
  });
}

/** X.690 §8.19.2: no part begins with 0x80, and the last one ends. */
function isWellFormed(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || (bytes.at(-1) ?? 0) >= 0x80) return false;
  return bytes.every((byte, index) => byte !== 0x80 || (index > 0 && (bytes[index - 1] ?? 0) >= 0x80));
}

function damaged(): CertificateParseError {
  return new CertificateParseError('the trust settings behind the certificate are damaged');
}
