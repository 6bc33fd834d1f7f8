/** A list of the roots that the public trusts for TLS servers, as it was published. */
export interface PublicList {
  /** e.g. `certifi 2026.07.22`; null where the file does not say what it is. */
  readonly name: string | null;
  /** Day of its publication, `YYYY-MM-DD`; null where the file does not say. */
  readonly published: string | null;
  /** DER, in the file's order, each once. */
  readonly certificates: readonly Uint8Array[];
}

export type PublicListReading =
  | { readonly kind: 'read'; readonly list: PublicList }
  /** `reason` is a sentence for a person: what is wrong, and where. */
  | { readonly kind: 'refused'; readonly reason: string };
