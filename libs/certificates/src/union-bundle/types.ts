/** Why a root is in a union bundle: in the public list; out of it, and kept until someone approves its going; the studio's own, or an inspecting proxy's. */
export type RootOrigin = 'publicList' | 'kept' | 'studio';

/** Certificates as DER, duplicates allowed. */
export interface UnionParts {
  readonly publicList: readonly Uint8Array[];
  readonly kept: readonly Uint8Array[];
  readonly studio: readonly Uint8Array[];
  /** What has expired by then is left out. */
  readonly at: Date;
}

export interface UnionRoot {
  /** SHA-256 of DER, lower-case hex. */
  readonly sha256: string;
  /** Hostile text, as `CertificateFacts.subject`. */
  readonly subject: string;
  readonly notAfter: Date;
  /** In the order of {@link RootOrigin}; never empty. */
  readonly origins: readonly RootOrigin[];
}

export type UnionBundle =
  | {
      readonly kind: 'made';
      /** ASCII, LF: the same roots give the same bytes. */
      readonly bytes: Uint8Array;
      /** Of `bytes`: its name. */
      readonly sha256: string;
      /** In the file's order. */
      readonly roots: readonly UnionRoot[];
      /** Left out, since it would not verify anything and hinders OpenSSL before 1.1 (failures.md §7.3). */
      readonly expired: readonly UnionRoot[];
    }
  /** `reason` is a sentence for a person. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Roots that enter and leave; sorted by subject. */
export interface RootDiff<Root> {
  readonly entering: readonly Root[];
  readonly leaving: readonly Root[];
}
