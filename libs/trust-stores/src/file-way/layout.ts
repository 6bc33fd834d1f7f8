import type { TrustStorePorts } from '../ports.ts';

/** Program (absolute path) and its arguments. */
export type Command = readonly [string, ...string[]];

/** What `snapshot` keeps and `restore` brings back: files that the store's tool reads and an administrator may change. */
export type KeptPlace =
  | {
      readonly kind: 'directory';
      /** Stable name of the place in snapshots. */
      readonly id: string;
      readonly path: string;
      /** Directories below it that are entered; 0 for its own files alone. */
      readonly depth: number;
      /** Whether the tool reads a file of this base name. Others are neither kept nor taken away. */
      reads(name: string): boolean;
    }
  | { readonly kind: 'file'; readonly id: string; readonly path: string };

export type KeptDirectory = Extract<KeptPlace, { kind: 'directory' }>;

/** A file that a restore changed; null bytes where it did not, or does not exist. */
export interface RestoredFile {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

/**
 * A store that is changed by a file in a directory and a tool that makes the bundle of it (trust-stores.md §6.1). A family of systems is
 * one such table; everything else is the same for all of them.
 */
export interface FileWayLayout {
  /** Name of the driver, and id of its store. */
  readonly driver: string;
  /** What programs load. */
  readonly bundle: string;
  /** Where an administrator's anchors lie: `add` writes here. */
  readonly anchors: KeptDirectory;
  /** Of the file that `add` writes, with its dot. */
  readonly extension: '.crt' | '.pem';
  /** `onePem`: one PEM certificate a file, whatever else is a problem. `pemOrDer`: any number, DER too (p11-kit). */
  readonly takes: 'onePem' | 'pemOrDer';
  /** The tool, absolute: /usr/sbin is on no user's PATH (mkcert#188). It has to be root's alone. */
  readonly tool: string;
  /** Package that the tool comes from, for the person who has to install it. */
  readonly package: string;
  /** Why this one cannot be changed whatever else is in place, e.g. a tool that knows no other root; absent where nothing speaks against it. */
  readonly refusal?: string;
  /** Directories that the tool writes into. */
  readonly outputs: readonly string[];
  /** Kept by snapshots beside the anchors: configuration, distrusted certificates. */
  readonly configuration: readonly KeptPlace[];
  /** Files that a killed run of the tool leaves and the next one would add to; they go before it runs. */
  readonly scratch: readonly string[];
  /** argv of the tools that rebuild the bundle. After a removal they also drop what they had made of the file. */
  commands(after: 'add' | 'remove'): readonly Command[];
  /**
   * True where nothing at all is selected and the tool then leaves the old bundle as it is, which would go on being trusted: it is
   * emptied. False where that is not known for certain.
   */
  hasNoSources?(ports: TrustStorePorts): Promise<boolean>;
  /** Run before those of a removal when a restore has changed these files. */
  beforeRebuild?(files: readonly RestoredFile[]): readonly Command[];
}

/** The file that holds one anchor of ours: the name says who put it there, the digest which one it is. */
export function anchorPath(layout: FileWayLayout, sha256: string): string {
  return `${layout.anchors.path}/trustfleet-${sha256.slice(0, 16)}${layout.extension}`;
}
