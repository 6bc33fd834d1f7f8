/** X509_verify_cert_error_string, OpenSSL 1.1.1 and 3 (failures.md §7.1): for clients that hand on the words alone (pip, a log). */
const CODES: Readonly<Record<string, number>> = {
  'unable to get issuer certificate': 2,
  'certificate signature failure': 7,
  'certificate is not yet valid': 9,
  'certificate has expired': 10,
  'self-signed certificate': 18,
  'self signed certificate': 18,
  'self-signed certificate in certificate chain': 19,
  'self signed certificate in certificate chain': 19,
  'unable to get local issuer certificate': 20,
  'unable to verify the first certificate': 21,
  'invalid CA certificate': 79,
  'path length constraint exceeded': 25,
  'unsuitable certificate purpose': 26,
  'unsupported certificate purpose': 26,
  'key usage does not include certificate signing': 32,
  'permitted subtree violation': 47,
  'excluded subtree violation': 48,
  'EE certificate key too weak': 66,
  'CA certificate key too weak': 67,
  'CA signature digest algorithm too weak': 68,
  'Missing Authority Key Identifier': 85,
  'Missing Subject Key Identifier': 86,
  'Basic Constraints of CA cert not marked critical': 89,
  'CA cert does not include key usage extension': 92,
};

/** Null where the text names none. The name's two numbers are told apart by what Python writes behind them. */
export function codeOfText(text: string): number | null {
  if (/Hostname mismatch, certificate is not valid/.test(text)) return 62;
  if (/IP address mismatch, certificate is not valid/.test(text)) return 64;
  const words = /certificate verify failed: ([^(.\n]+?)\s*(?:\(_ssl|\.|$)/m.exec(text)?.[1];
  return words === undefined ? null : (CODES[words] ?? null);
}
