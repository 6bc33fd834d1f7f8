import type { CertificateFacts } from '@trustfleet/certificates';
import type { AnchorTrust } from '@trustfleet/protocol';
import type { UndoFile } from '../types.ts';

/** What the parameters name by digest, already read. */
export interface AnchorContext {
  /** The certificate whose SHA-256 the parameters name. */
  readonly certificate: CertificateFacts;
  /**
   * Is it in Mozilla's list, which NSS carries in itself and Linux distributions ship? Undefined where nobody has looked (the catalogue of
   * libs/certificates knows).
   */
  readonly listed?: boolean | undefined;
  /** What no section holds, where the plan is made on the host itself; absent on stored facts. */
  readonly host?: HostLook | undefined;
}

/** What only the host can tell of a store made of files. */
export interface HostLook {
  /** SHA-256 of the bytes of the files that hold the certificate, by path; null for what is no plain file (a link). */
  readonly digests: ReadonlyMap<string, string | null>;
  /** By what this machine leaves out what its system ships. */
  readonly exclusion: HostExclusion;
}

export type HostExclusion =
  /** The file that selects what is taken in; `sha256` is that of its bytes with the certificate's lines switched off. */
  | { readonly kind: 'selection'; readonly path: string; readonly sha256: string }
  /** The directory whose certificates are rejected. */
  | { readonly kind: 'blocklist'; readonly directory: string }
  /** By nothing: `reason` is a sentence for a person. */
  | { readonly kind: 'none'; readonly reason: string };

/** One entry that a run of a remedy changed; digests are SHA-256 of its standing as canonical JSON. */
export interface UndoEntry {
  readonly store: string;
  readonly now: string;
  /** What the run left: the entry is touched again only while it is exactly so. */
  readonly written: string;
  /** What there was before; `trust` null where there was none. */
  readonly previous: { readonly digest: string; readonly trust: AnchorTrust | null };
}

/** What a run left behind in its journal, with what has become of it. */
export interface AnchorUndoContext extends AnchorContext {
  readonly files: readonly UndoFile[];
  readonly entries: readonly UndoEntry[];
}
