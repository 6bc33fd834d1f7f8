import type { ShotgridSection } from '@trustfleet/protocol';
import type { Account } from './ports.ts';

export interface DiscoverShotgridOptions {
  /** Prefix of every machine path and home, for tests and images. Default '/'. */
  readonly root?: string;
  /** The agent's own environment. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Site directories of the Python environments found (import path order), with the interpreter each belongs to. Zips and eggs of the path too. */
  readonly sites: readonly { readonly directory: string; readonly python: string }[];
  /** Directories that a person configured or named on the command line; searched to a bounded depth. */
  readonly search: readonly string[];
  /** Nothing but `sites` and `search` is looked at: no home, no cache of Toolkit, no Desktop. Default false. */
  readonly onlyThese?: boolean;
  /** Directories on network mounts that are configured to be read, in a child that may be abandoned; every other one is left alone. */
  readonly readNetwork: readonly string[];
  /**
   * SHOTGUN_HOME, SHOTGUN_BUNDLE_CACHE_PATH, SHOTGUN_BUNDLE_CACHE_FALLBACK_PATHS (shotgrid.md §2.1) and TANK_CURRENT_PC as the machine's
   * and people's settings have them; others serve paths that name them. `readAs` null: the machine's own.
   */
  readonly variables?: readonly {
    readonly name: string;
    readonly value: string;
    readonly readAs: Account | null;
  }[];
  /** After this no further directory is entered; what is left becomes a problem line. Default 15000. */
  readonly timeLimitMs?: number;
}

/** What was read of files that have not changed since; JSON, so that a scan in a process of its own can be given it. */
export interface ShotgridMemory {
  readonly format: 1;
  readonly entries: readonly (readonly [key: string, identity: string, value: unknown])[];
}

export interface ShotgridResult {
  readonly section: ShotgridSection;
  /** CA files that the copies bring, for the section `bundles`: read with whose rights. */
  readonly bundles: readonly {
    /** On disk; a member of a zip is not listed: ssl cannot read it there (shotgrid.md §2.5). */
    readonly path: string;
    readonly api: string;
    readonly version: string | null;
    readonly readAs: Account | null;
  }[];
  /** Interpreters that configurations name (`interpreter_<OS>.cfg`), absolute, sorted: each is one to look at (shotgrid.md §2.2). */
  readonly interpreters: readonly string[];
  /** Files and directories whose change means: look again. */
  readonly watch: readonly string[];
}

/** Remembers what it has read of files that do not change: a second look costs their metadata. */
export interface ShotgridDiscovery {
  discover(options: DiscoverShotgridOptions): Promise<ShotgridResult>;
  /** For {@link createShotgridDiscovery} of another process. */
  memory(): ShotgridMemory;
}
