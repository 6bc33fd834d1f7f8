import { children, type DerElement, objectIdentifier, readElement } from '@trustfleet/certificates';

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_PURPOSE = '2.5.29.37.0';
/** 2.5.29.37 as it is encoded. */
export const EXTENDED_KEY_USAGE: Uint8Array = new Uint8Array([0x06, 0x03, 0x55, 0x1d, 0x25]);
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
/** As many as a store's entry takes (libs/protocol `storeEntry`). */
const MAX_PURPOSES = 32;

/** Words of `trust list --purpose`. */
const WORDS: Readonly<Record<string, string>> = {
  [SERVER_AUTH]: 'server-auth',
  '1.3.6.1.5.5.7.3.2': 'client-auth',
  '1.3.6.1.5.5.7.3.3': 'code-signing',
  '1.3.6.1.5.5.7.3.4': 'email',
  '1.3.6.1.5.5.7.3.8': 'time-stamping',
};

export function purposeWords(purposes: readonly string[]): string[] {
  return purposes.map((purpose) => WORDS[purpose] ?? purpose).slice(0, MAX_PURPOSES);
}

/** What `trust extract --purpose server-auth` lets through. */
export function vouchesForServers(purposes: readonly string[] | null): boolean {
  return purposes === null || purposes.includes(SERVER_AUTH) || purposes.includes(ANY_PURPOSE);
}

/**
 * An extendedKeyUsage extension, whole (`SEQUENCE { extnID, critical, extnValue }`, from p11-kit 0.23 on) or its value alone. Throws
 * CertificateParseError.
 */
export function purposesOfExtension(der: Uint8Array): string[] {
  const parts = children(readElement(der, 0));
  const value = parts.find((part) => part.tag === OCTET_STRING);
  if (value === undefined) return objectIdentifiers(parts);
  return objectIdentifiers(children(readElement(der, value.contentStart, value.end)));
}

export function objectIdentifiers(elements: readonly DerElement[]): string[] {
  return elements.filter((element) => element.tag === OBJECT_IDENTIFIER).map(objectIdentifier);
}
