export type * from './types.ts';
export { ANCHOR_REFUSALS } from './types.ts';
export { CertificateParseError } from './certificate-parse-error.ts';
export { pemToDer, sha256Hex, toPem } from './encoding.ts';
export { describeCertificate } from './describe-certificate.ts';
export { parseBundle } from './parse-bundle.ts';
export { inspectAnchor, MAX_ANCHOR_BYTES } from './inspect-anchor.ts';
export { issueCertificate } from './issue-certificate.ts';
export { WELL_KNOWN_ROOTS } from './well-known-roots.ts';
