import type { HostFacts } from '@trustfleet/policy';
import type { TreeAccess, Writer } from '../code-trees/ports.ts';
import type { FileAccess } from '../guarded-files/ports.ts';

/** A `core_api.yml` with another version (libs/shotgrid, `withCoreVersion`); the lines with credentials masked. */
export type CoreEdit =
  | {
      readonly kind: 'edited';
      readonly bytes: Uint8Array;
      readonly line: number;
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'asWanted' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What toolkit.upgradeCore needs of the host. Its trees and files are changed with the rights of the one account that they belong to. */
export interface CoreAccess extends TreeAccess {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** Configurations, cores and Pythons, looked for anew. */
  facts(): Promise<HostFacts>;
  /** Does this host's allow-list make it the one that writes shared installs there? */
  isKeeper(path: string): Promise<boolean>;
  /** Why this host's allow-list does not permit the same remedy for what lies at `root`; null when it does. */
  forbidden(root: string, version: string): Promise<string | null>;
  /** Files of whoever owns their directory; rejects where nobody can be relied on to be the only one there. */
  readonly files: FileAccess;
  withVersion(bytes: Uint8Array, version: string): CoreEdit;
  readonly tank: TankAccess;
}

/** The `tank` of a classic core. */
export interface TankAccess {
  /**
   * As whom it runs: the owner of the installation. `nobody` where that is root and others could change what would run, and where the
   * agent has not the owner's rights. `root`: the configuration or studio root, whose own settings say which Python runs it.
   */
  runner(root: string): Promise<Writer>;
  /** Runs `tank core --version` with "yes" on its stdin, with limits of time and output. `said`: what it printed, which may hold anything. */
  run(request: {
    readonly program: string;
    readonly version: string;
    readonly runner: Extract<Writer, { kind: 'writer' }>;
    readonly signal: AbortSignal;
  }): Promise<{ readonly ended: 'well' | 'failed' | 'stopped'; readonly said: string }>;
  /** Resolves when no run of that program is going on. Rejects when `signal` aborts first. */
  atRest(program: string, signal: AbortSignal): Promise<void>;
}
