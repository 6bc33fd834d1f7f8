import type { webcrypto } from 'node:crypto';

/** A WebCrypto key, of whatever provider made it. */
export type CryptoKey = webcrypto.CryptoKey;

/** One certificate, read. `subject` and `issuer` are hostile text: render, never interpret. */
export interface CertificateFacts {
  /** SHA-256 of the DER, lower-case hex: the anchor's identity. */
  readonly sha256: string;
  /** SHA-1 of the DER, upper-case hex: what Windows calls the thumbprint. */
  readonly sha1: string;
  /** SHA-256 of the SubjectPublicKeyInfo as it stands in the certificate: equal means the same key (trust-stores.md §10). */
  readonly spkiSha256: string;
  /** One line, e.g. `C=US, O=Amazon, CN=Amazon Root CA 1`; control characters are escaped. Empty when it has none. */
  readonly subject: string;
  readonly issuer: string;
  /** The last CN of the subject; null where there is none (Starfield Class 2 has only an OU). */
  readonly commonName: string | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Node's `asymmetricKeyType`, e.g. `rsa`, `ec`, `ed25519`, `dsa`; `unknown` for a key that OpenSSL cannot read. */
  readonly keyType: string;
  /** RSA and DSA: modulus; EC: field size; null where it is not known. */
  readonly keyBits: number | null;
  /** e.g. `sha256WithRSAEncryption`, `ecdsa-with-SHA384`; the dotted OID of an unknown one. */
  readonly signatureAlgorithm: string;
  /** basicConstraints says CA, and keyUsage, if there, allows it to sign certificates. */
  readonly isAuthority: boolean;
  /** Issuer equals subject and the signature verifies under its own key. Worked out when it is asked for: it is most of the work. */
  readonly selfSigned: boolean;
  /** Upper-case hex, `-` in front of a negative one. Never an identity: both Starfield roots have 00 (trust-stores.md §6.2). */
  readonly serial: string;
  /** Names that it may vouch for (RFC 5280 §4.2.1.10); null where nothing limits it. */
  readonly nameConstraints: NameConstraints | null;
  /** LF lines of 64 characters with a final line end. */
  readonly pem: string;
}

/** As OpenSSL writes them: `DNS:.example.com`, `IP:10.0.0.0/255.0.0.0`, `DirName:C=US, O=Studio`. Hostile text, control characters escaped. */
export interface NameConstraints {
  /** Only these, of each kind that is named; empty: any. */
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
  /** False where the extension is damaged: the lists then hold what could be read. */
  readonly readable: boolean;
}

/** What became of the file as a whole. The other states of the protocol's `bundleState` belong to whoever opens files. */
export type ParsedBundleState = 'read' | 'empty' | 'der' | 'utf16' | 'noCertificates';

/** What a block says of its certificate beyond holding it: only TRUSTED CERTIFICATE blocks, OpenSSL's own, may. */
export interface BundleTrust {
  /** For a program that checks a TLS server. */
  readonly trust: 'servers' | 'otherPurposes' | 'distrusted';
  /** Dotted; null where nothing limits it. */
  readonly purposes: readonly string[] | null;
  readonly alias: string | null;
}

export interface BundleCertificate extends BundleTrust {
  readonly sha256: string;
  readonly der: Uint8Array;
  /** Line of its BEGIN, from 1. */
  readonly line: number;
}

export interface BundleProblem {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** A certificate that stands in the file again. Harmless: OpenSSL loads it once. */
export interface BundleDuplicate {
  readonly line: number;
  /** Where it stands first. */
  readonly firstLine: number;
}

export interface ParsedBundle {
  readonly state: ParsedBundleState;
  /** Every certificate that can be read, in the file's order, duplicates included. */
  readonly certificates: readonly BundleCertificate[];
  /** At most 100; the last one then counts those left out. */
  readonly problems: readonly BundleProblem[];
  /** The first 100. */
  readonly duplicates: readonly BundleDuplicate[];
  /**
   * SHA-256 of DER, sorted, without duplicates: exactly what OpenSSL loads and trusts for TLS servers where it accepts the file, else what
   * can be read in it; none of a file that is no plain text at all (`der`, `utf16`), however much `certificates` has of it.
   */
  readonly anchors: readonly string[];
  /** False where OpenSSL refuses the whole file, so that a program that names it trusts nothing (python-tls.md §3). */
  readonly opensslAccepts: boolean;
}

/** The codes of libs/api `anchorRefusal`; the server's test holds them equal. */
export const ANCHOR_REFUSALS = [
  'notPem',
  'malformed',
  'moreThanOne',
  'notAuthority',
  'expired',
  'notYetValid',
  'weakKey',
  'weakSignature',
  'privateKey',
  'tooLarge',
] as const;
export type AnchorRefusalCode = (typeof ANCHOR_REFUSALS)[number];

export interface AnchorRefusalReason {
  readonly code: AnchorRefusalCode;
  /** English sentence: what is wrong and what to do. */
  readonly message: string;
  readonly line: number | null;
}

export interface AnchorInspection {
  /** The first certificate that parsed, also where it is refused. */
  readonly certificate: CertificateFacts | null;
  /** Empty: this may become an anchor. */
  readonly refusals: readonly AnchorRefusalReason[];
}

/** What the certificate is for (RFC 5280 §4.2.1.3, §4.2.1.9, §4.2.1.12). */
export type CertificateProfile =
  | { readonly kind: 'authority'; readonly pathLength?: number }
  | {
      readonly kind: 'server';
      readonly dnsNames: readonly string[];
      readonly ipAddresses: readonly string[];
    };

export interface IssueRequest {
  readonly profile: CertificateProfile;
  readonly subject: { readonly commonName: string; readonly organization?: string };
  /** Positive, hex, at most 20 bytes (RFC 5280 §4.1.2.2). */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Key to certify: ECDSA P-256/P-384, RSASSA-PKCS1-v1_5 or Ed25519. */
  readonly publicKey: CryptoKey;
  /** DER of the issuing CA; null makes a self-signed one. */
  readonly issuerCertificate: Uint8Array | null;
  /** Key that signs: the issuer's, or the subject's own for a self-signed one. */
  readonly signingKey: CryptoKey;
}

export interface WellKnownRoot {
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Upper-case hex. */
  readonly sha1: string;
  readonly pem: string;
}
