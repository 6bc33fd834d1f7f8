/** One release of certifi. */
export interface ReleaseMark {
  /** e.g. `2024.07.04`, always with two digits for month and day. */
  readonly version: string;
  /** Day of its release, `YYYY-MM-DD`. */
  readonly date: string;
}

/** One root that is or was in certifi's list, which is Mozilla's for TLS servers. */
export interface CatalogueRoot {
  /** SHA-256 of DER, lower-case hex. */
  readonly sha256: string;
  /** SHA-1 of DER, upper-case hex. */
  readonly sha1: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly spkiSha256: string;
  /** One line, as `CertificateFacts.subject`. */
  readonly subject: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly notAfter: string;
  /** The first release that had it. */
  readonly entered: ReleaseMark;
  /** The release from which on it is missing; null while it is in. */
  readonly left: ReleaseMark | null;
}

/** Every root that was ever in certifi, by fingerprint and by key. Look-ups only: no file, no network. */
export interface RootCatalogue {
  readonly newest: ReleaseMark;
  readonly oldest: ReleaseMark;
  /** Oldest first. */
  readonly releases: readonly ReleaseMark[];
  readonly roots: readonly CatalogueRoot[];
  bySha256(sha256: string): CatalogueRoot | null;
  /** Of several certificates of one key the one that is in, else the one that left last. */
  bySpki(spkiSha256: string): CatalogueRoot | null;
  /** The roots of one release, by SHA-256; null for a version that is not known. `2024.7.4` and `2024.07.04` are the same. */
  rootsOf(
    version: string,
  ): { readonly release: ReleaseMark; readonly roots: readonly CatalogueRoot[] } | null;
}
