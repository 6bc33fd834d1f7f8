import {
  CertificateParseError,
  children,
  content,
  extensionValue,
  objectIdentifier,
  readCertificateFields,
} from '@trustfleet/certificates';

const AUTHORITY_INFORMATION = '1.3.6.1.5.5.7.1.1';
const ISSUERS = '1.3.6.1.5.5.7.48.2';
const URI = 0x86;

/** Where a certificate says that its issuer's can be fetched (RFC 5280 §4.2.2.1). Browsers do, Python never does (failures.md §7.1). */
export function issuerUrls(der: Uint8Array): string[] {
  try {
    const value = extensionValue(readCertificateFields(der).extensions, AUTHORITY_INFORMATION);
    return (value === null ? [] : children(value)).flatMap((description) => {
      const [method, location] = children(description);
      if (method === undefined || location?.tag !== URI || objectIdentifier(method) !== ISSUERS) return [];
      return [Buffer.from(content(location)).toString('latin1')];
    });
  } catch (error) {
    if (error instanceof CertificateParseError) return []; // damaged: it names nothing
    throw error;
  }
}
