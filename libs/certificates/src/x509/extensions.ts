import { children, content, type DerElement, objectIdentifier, readElement } from './der.ts';

const OCTET_STRING = 0x04;

/**
 * What one extension holds: the element inside its OCTET STRING (RFC 5280 §4.2). Null where the certificate has none of that kind.
 * Throws CertificateParseError where the extensions cannot be read.
 */
export function extensionValue(extensions: DerElement | null, identifier: string): DerElement | null {
  const [list] = extensions === null ? [] : children(extensions);
  if (list === undefined) return null;
  for (const extension of children(list)) {
    const [type, ...rest] = children(extension);
    const value = rest.at(-1);
    if (type === undefined || value?.tag !== OCTET_STRING || objectIdentifier(type) !== identifier) continue;
    return readElement(content(value), 0);
  }
  return null;
}
