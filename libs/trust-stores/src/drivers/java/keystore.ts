/** A file that Java would not read as a trust store; the message says why. */
export class KeystoreError extends Error {
  override readonly name = 'KeystoreError';
}

/** `key`: the owner's own certificate of a private key. Java trusts it like the others, and it is not ours to touch. */
export interface KeystoreEntry {
  readonly alias: string;
  readonly kind: 'trusted' | 'key';
  readonly der: Uint8Array;
}

/** What Java finds when it opens a trust store as it does by default: without a password. */
export interface Keystore {
  readonly format: 'JKS' | 'PKCS#12';
  readonly entries: readonly KeystoreEntry[];
  /** Its integrity is proved by the usual password, or it has none: keytool can change it. */
  readonly opens: boolean;
  /** Parts that only a password opens: PKCS#12. Java passes them over without a word. */
  readonly encrypted: number;
}

/** The password of every cacerts that a JDK or a distribution makes. */
export const PASSWORD = 'changeit';
