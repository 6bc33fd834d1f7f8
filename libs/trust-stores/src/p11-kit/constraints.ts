import { CertificateParseError, children, content, readElement } from '@trustfleet/certificates';

/** 2.5.29.19 as it is encoded. */
export const BASIC_CONSTRAINTS: Uint8Array = new Uint8Array([0x06, 0x03, 0x55, 0x1d, 0x13]);
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

/**
 * cA of a basicConstraints extension, whole (`SEQUENCE { extnID, critical, extnValue }`). False also where p11-kit cannot read it, be it
 * a value alone: it extracts no such certificate as an anchor (p11_x509_parse_basic_constraints of trust/x509.c).
 */
export function constrainsToAuthority(extension: Uint8Array): boolean {
  try {
    const value = children(readElement(extension, 0)).find(({ tag }) => tag === OCTET_STRING);
    return value !== undefined && isAuthority(content(value));
  } catch (error) {
    if (error instanceof CertificateParseError) return false;
    throw error;
  }
}

/** BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } and no more (RFC 5280 §4.2.1.9). */
function isAuthority(value: Uint8Array): boolean {
  const constraints = readElement(value, 0);
  if (constraints.tag !== SEQUENCE || constraints.end !== value.length) return false;
  const [flag, ...rest] = children(constraints);
  if (flag?.tag !== BOOLEAN || rest.length > 1 || rest.some(({ tag }) => tag !== INTEGER)) return false;
  const [byte, ...more] = content(flag);
  return byte !== undefined && byte !== 0 && more.length === 0;
}
