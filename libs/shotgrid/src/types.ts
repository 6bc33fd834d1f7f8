import type { ShotgridSection } from '@trustfleet/protocol';

export interface DiscoverShotgridOptions {
  /** Prefix of every machine path and home, for tests and images. Default '/'. */
  readonly root?: string;
  /** The agent's own environment. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Site directories of the Python environments found (import path order), with the interpreter each belongs to. */
  readonly sites: readonly { readonly directory: string; readonly python: string }[];
  /** Directories that a person configured or named on the command line; searched to a bounded depth. */
  readonly search: readonly string[];
  /** Network mounts that are configured to be read, in a child that may be abandoned; every other one is left alone. */
  readonly readNetwork: readonly string[];
}

export interface ShotgridResult {
  readonly section: ShotgridSection;
  /** CA files that the copies bring, for the section `bundles`: read with whose rights. */
  readonly bundles: readonly {
    /** On disk; a member of a zip is not listed: ssl cannot read it there (shotgrid.md §2.5). */
    readonly path: string;
    readonly api: string;
    readonly version: string | null;
    readonly readAs: { readonly uid: number; readonly gid: number } | null;
  }[];
  /** Files and directories whose change means: look again. */
  readonly watch: readonly string[];
}
