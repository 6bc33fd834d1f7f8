/**
 * What p11-kit makes of one source file. How its trust module reads them is followed from its source (trust/parser.c, trust/token.c,
 * trust/enumerate.c of p11-kit 0.23 to 0.25), and the tests hold the outcome against the real `trust`.
 */
export interface P11Objects {
  readonly certificates: readonly P11Certificate[];
  /** Purposes that are pinned to a public key; they take the place of those in the certificate itself. */
  readonly pinned: readonly PinnedPurposes[];
  /** basicConstraints that are stapled to a public key; they take the place of those in the certificate itself. */
  readonly constraints: readonly StapledConstraints[];
  /** Keys that are blocked without a certificate: {@link publicKeyOf}, {@link issuerSerialOf}. */
  readonly blocked: readonly string[];
  /** Lines from 1. */
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
}

export interface P11Certificate {
  readonly sha256: string;
  readonly der: Uint8Array;
  readonly label: string | null;
  /** CKA_TRUSTED and CKA_X_DISTRUSTED, as the file and the place where it lies set them. */
  readonly trusted: boolean;
  readonly distrusted: boolean;
  /** CKA_CERTIFICATE_CATEGORY, as the file gives it; null where it leaves that to the certificate. */
  readonly authority: boolean | null;
}

export interface PinnedPurposes {
  /** {@link publicKeyOf} */
  readonly publicKey: string;
  /** Dotted object identifiers. */
  readonly purposes: readonly string[];
}

export interface StapledConstraints {
  /** {@link publicKeyOf} */
  readonly publicKey: string;
  readonly authority: boolean;
}

/** Where a file lies: `anchors/` and `blocklist/` decide over what is in it, the directory above leaves it to the file. */
export type Placement = 'anchors' | 'blocklist' | 'plain';

export const NOTHING: P11Objects = {
  certificates: [],
  pinned: [],
  constraints: [],
  blocked: [],
  problems: [],
};

export function joined(parts: readonly P11Objects[]): P11Objects {
  return {
    certificates: parts.flatMap((part) => part.certificates),
    pinned: parts.flatMap((part) => part.pinned),
    constraints: parts.flatMap((part) => part.constraints),
    blocked: parts.flatMap((part) => part.blocked),
    problems: parts.flatMap((part) => part.problems),
  };
}
