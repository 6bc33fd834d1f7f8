export type * from './types.ts';
export { ANCHOR_REFUSALS } from './types.ts';
export { CertificateParseError } from './certificate-parse-error.ts';
export { pemToDer, sha256Hex, toPem } from './encoding.ts';
export { describeCertificate } from './describe-certificate.ts';
export { createFactsCache, type FactsCache } from './facts-cache.ts';
export { parseBundle } from './parse-bundle.ts';
export { parseBundleOnce } from './parse-once.ts';
export { inspectAnchor, MAX_ANCHOR_BYTES } from './inspect-anchor.ts';
export { issueCertificate } from './issue-certificate.ts';
export { WELL_KNOWN_ROOTS } from './well-known-roots.ts';
export { describeBundle, type BundleRead, type DescribedBundle } from './describe-bundle.ts';
export type { CatalogueRoot, ReleaseMark, RootCatalogue } from './catalogue/root-catalogue.ts';
export {
  ANCHOR_CLASSES,
  type AnchorClass,
  type AnchorClassName,
  type AnchorEvidence,
  type ClassificationContext,
} from './classify/anchor-class.ts';
export { classifyAnchor, type ClassifiedFacts } from './classify/classify-anchor.ts';
export { children, content, encoded, objectIdentifier, readElement, type DerElement } from './x509/der.ts';
export { readCertificateFields, type CertificateFields } from './x509/certificate-fields.ts';
export { subjectHash } from './x509/subject-hash.ts';
export { certificatesOfHash, namesByHash, reachedNames } from './hashed-names.ts';
export { pemBlocks, type PemBlock } from './pem/pem-blocks.ts';
export { decodeBase64 } from './pem/base64.ts';
export type { AnchorSet, NameRules, OpenSslProfile, Verification, VerifyRequest } from './verify/types.ts';
export { createAnchorSet } from './verify/anchor-set.ts';
export { serverNameCode } from './verify/check-server-name.ts';
export { verifyChain } from './verify/verify-chain.ts';
export { X509_ERRORS } from './verify/codes.ts';
export { extensionValue } from './x509/extensions.ts';
export type { RootDiff, RootOrigin, UnionBundle, UnionParts, UnionRoot } from './union-bundle/types.ts';
export { makeUnionBundle } from './union-bundle/make-union-bundle.ts';
export { diffRoots } from './union-bundle/diff-roots.ts';
