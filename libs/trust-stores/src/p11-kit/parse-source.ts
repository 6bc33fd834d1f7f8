import { CertificateParseError } from '@trustfleet/certificates';
import { NOTHING, type P11Certificate, type P11Objects, type Placement } from './objects.ts';
import { parsePem, plainCertificate } from './parse-pem.ts';
import { isPersist, parsePersist } from './parse-persist.ts';

/**
 * One source file, in p11-kit's order of formats: its own, PEM, one DER certificate. Null where it is none of these, which p11-kit
 * passes over (a README). Linear in its size.
 */
export function parseSource(bytes: Uint8Array, placement: Placement): P11Objects | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const parsed = isPersist(text) ? parsePersist(text) : (parsePem(text) ?? parseDer(bytes));
  if (parsed === null) return null;
  return {
    ...parsed,
    certificates: parsed.certificates.map((certificate) => ({
      ...certificate,
      ...placed(certificate, placement),
    })),
  };
}

function parseDer(bytes: Uint8Array): P11Objects | null {
  if (bytes[0] !== 0x30) return null;
  try {
    return plainCertificate(bytes);
  } catch (error) {
    if (!(error instanceof CertificateParseError)) throw error;
    return { ...NOTHING, problems: [{ line: 1, reason: error.message }] };
  }
}

/** populate_trust of trust/parser.c: distrust outlives `anchors/`, and nothing outlives `blocklist/`. */
function placed(
  certificate: P11Certificate,
  placement: Placement,
): Pick<P11Certificate, 'trusted' | 'distrusted'> {
  if (placement === 'blocklist') return { trusted: false, distrusted: true };
  if (placement === 'anchors' && !certificate.distrusted) return { trusted: true, distrusted: false };
  return { trusted: certificate.trusted, distrusted: certificate.distrusted };
}
