import { describeCertificate, sha256Hex } from '@trustfleet/certificates';
import { clip } from '@trustfleet/protocol';
import { build } from 'plist';

/**
 * A configuration profile (.mobileconfig, XML) that makes macOS trust one anchor: payload `com.apple.security.root`, for the whole machine.
 * Deployed by MDM it needs nobody's password. Pure, and the same bytes for the same certificate: identifiers come from its digest, so that
 * a profile that is deployed again takes the place of the one before. Throws CertificateParseError.
 */
export function configurationProfile(der: Uint8Array): string {
  const { sha256, commonName, subject } = describeCertificate(der);
  const identifier = `trustfleet.anchor.${sha256.slice(0, 32)}`;
  const name = plainText(commonName ?? subject) || `Anchor ${sha256.slice(0, 16)}`;
  const shared = { PayloadVersion: 1, PayloadOrganization: 'Trustfleet' };
  const profile = {
    ...shared,
    PayloadContent: [
      {
        ...shared,
        PayloadCertificateFileName: `trustfleet-${sha256.slice(0, 16)}.cer`,
        PayloadContent: Buffer.from(der),
        PayloadDescription: `Adds a root certificate, SHA-256 ${sha256}`,
        PayloadDisplayName: name,
        PayloadIdentifier: `${identifier}.certificate`,
        PayloadType: 'com.apple.security.root',
        PayloadUUID: uuidOf(`certificate ${sha256}`),
      },
    ],
    PayloadDescription: `Makes this Mac trust ${name}`,
    PayloadDisplayName: `Trustfleet: ${name}`,
    PayloadIdentifier: identifier,
    PayloadRemovalDisallowed: false,
    PayloadScope: 'System',
    PayloadType: 'Configuration',
    PayloadUUID: uuidOf(`profile ${sha256}`),
  };
  return `${build(profile)}\n`;
}

/** Version 8 (RFC 9562 §5.8): the bits are those of a SHA-256. Upper case, as Apple writes them. */
function uuidOf(name: string): string {
  const bytes = Buffer.from(
    sha256Hex(Buffer.from(`trustfleet configuration profile, ${name}`)),
    'hex',
  ).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A subject is anyone's text: nothing in it steers a terminal or a dialog, and XML 1.0 has no place for control characters and half surrogates, not even escaped (§2.2). */
function plainText(text: string): string {
  return clip(text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\uFFFE\uFFFF]/gu, ' '), 120).trim();
}
