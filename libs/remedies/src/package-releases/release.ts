import type { BundleFile } from '@trustfleet/protocol';

/** A CA file that a release brings. */
export interface ReleaseBundle extends Pick<
  BundleFile,
  'state' | 'sha256' | 'size' | 'anchors' | 'problems' | 'opensslAccepts'
> {
  /** Below the package's directory, parts divided by `/`. */
  readonly path: string;
}

/** What the wheel or archive of a release says, read before anything is changed. */
export interface ReleaseFacts {
  /** `Requires-Python` of its metadata (core metadata specification); null where it states none. */
  readonly requiresPython: string | null;
  readonly bundles: readonly ReleaseBundle[];
  /** SHA-256 of the file that states the version of shotgun_api3; null for another package. */
  readonly codeSha256: string | null;
}
