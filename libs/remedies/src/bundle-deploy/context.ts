import type { UndoFile } from '../types.ts';

/** What the effect of a deployment needs beside facts and parameters. */
export interface BundleContext {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** What the artifact holds. */
  readonly bundle: {
    /** SHA-256 of DER, sorted: what programs that load it trust. */
    readonly anchors: readonly string[];
    readonly size: number;
  };
  /** Was it ever in the public list? The catalogue of libs/certificates knows. */
  readonly wasPublic: (anchor: string) => boolean;
  /** What only the host can tell; absent on stored facts. */
  readonly host?: BundleHost | undefined;
}

/** The place of the union bundle, looked at on the host itself. */
export interface BundleHost {
  /** Where it stands: the platform's path, or the same in a test's own tree. */
  readonly path: string;
  /** Why nothing can be put there, as a sentence for a person; null when it can. */
  readonly problem: string | null;
  /** What stands there now; null for nothing. `readable`: by every program of the machine. */
  readonly current: { readonly sha256: string; readonly readable: boolean } | null;
  /** Earlier versions beside it whose bytes are what their names say, oldest first. */
  readonly kept: readonly KeptBundle[];
}

export interface KeptBundle {
  readonly path: string;
  readonly sha256: string;
}

/** What a run left behind in its journal, with what has become of it. */
export interface BundleUndoContext {
  readonly platform: BundleContext['platform'];
  /** Where the union bundle stands. */
  readonly path: string;
  /** The union bundle among them, and copies beside it; the last one first. */
  readonly files: readonly UndoFile[];
  /** SHA-256 of the versions whose bytes are still at hand. */
  readonly atHand: readonly string[];
}
