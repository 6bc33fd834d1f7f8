/** How one build of OpenSSL judges a chain. Versions before 1.1.0 build the path from the presented chain first (failures.md §7.3). */
export interface OpenSslProfile {
  /** [major, minor, fix]; LibreSSL counts by its own numbers. */
  readonly version: readonly [number, number, number];
  readonly libressl: boolean;
  /** X509_V_FLAG_PARTIAL_CHAIN: an anchor need not be self-signed. Set by Python 3.13's create_default_context (python-tls.md §3). */
  readonly partialChain: boolean;
  /** X509_V_FLAG_X509_STRICT: RFC 5280's profile is enforced. Set as above. */
  readonly strict: boolean;
  /** 0 … 5: smallest keys and digests that are taken. */
  readonly securityLevel: number;
}

/** Anchors that a client loaded, found by subject. Made once for each set, used for many chains. */
export interface AnchorSet {
  readonly size: number;
  /** DER of every anchor whose subject is `subject` (DER of the Name), in the order in which they were loaded. */
  bySubject(subject: Uint8Array): readonly Uint8Array[];
  /** The same by a name that is already folded as OpenSSL compares it. */
  bySubjectKey(key: string): readonly Uint8Array[];
  has(sha256: string): boolean;
}

export interface VerifyRequest {
  /** DER as presented, leaf first, in the order in which they came, duplicates and strangers included. */
  readonly chain: readonly Uint8Array[];
  readonly anchors: AnchorSet;
  readonly at: Date;
  /** DNS name or IP address that the leaf must be for; null where the client does not look (shotgrid.md §1.4). */
  readonly serverName: string | null;
  /** How the name is held against the certificate; as Python from 3.7 on has OpenSSL do it, where it is not given. */
  readonly nameRules?: NameRules;
  readonly openssl: OpenSslProfile;
}

/** Clients differ in what they take for the server's name (python-tls.md §3, §4). */
export interface NameRules {
  /** `openssl`: while the chain is judged, code 62 or 64. `afterwards`: by the client itself when the handshake is done (Python ≤ 3.6). */
  readonly checked: 'openssl' | 'afterwards';
  /**
   * Where a star may stand. `wholeLabel`: `*.example.com` alone. `partial`: `w*.example.com` too. `matchHostname`: as Python's own
   * match_hostname has it, which urllib3 copied: anywhere in the first label, however few labels follow.
   */
  readonly wildcards: 'wholeLabel' | 'partial' | 'matchHostname';
  /** When the subject's CN counts: where no DNS name is there, where no name of any kind is, or never. */
  readonly commonName: 'withoutDnsName' | 'withoutAnyName' | 'never';
  /** False: an IP address among the names is not looked at (httplib2 and urllib3 of Python 2). Default true. */
  readonly addresses?: boolean;
  /** Whether a CN is held against an address, letter for letter. Default: only by `matchHostname`. */
  readonly commonNameOfAddress?: boolean;
}

/** What OpenSSL's X509_verify_cert would say. */
export interface Verification {
  readonly ok: boolean;
  /** X509_V_OK (0) or the X509_V_ERR_… that a client sees. */
  readonly code: number;
  /** Of the certificate that it is about, from 0: the leaf. */
  readonly depth: number;
  /** SHA-256 of the certificates of the path that was built, leaf first. */
  readonly path: readonly string[];
}
