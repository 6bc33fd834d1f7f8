/** One page of a list and how many rows the same filter has in all. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
}

export type Platform = 'linux' | 'windows' | 'macos';

/** A certificate that something is about, by fingerprint and a name for people. */
export interface NamedAnchor {
  readonly sha256: string;
  readonly name: string;
}
