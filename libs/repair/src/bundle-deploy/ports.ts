import type { HostFacts } from '@trustfleet/policy';
import type { FileAccess } from '../guarded-files/ports.ts';

/** What `bundle.deploy` needs of the host; the agent connects it with libs/host. */
export interface BundleAccess extends FileAccess {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** Where the union bundle stands: `UNION_BUNDLE_PATHS` of libs/remedies, or the same in a test's own tree. */
  readonly path: string;
  /** Variables, trust stores and bundles as they are now. */
  facts(): Promise<HostFacts>;
  /** Why the directory of `path` must not or cannot be used: others can write it, or not every program can reach it. Null when all is well, also where it is not there yet. */
  placeProblem(): Promise<string | null>;
  /** Makes that directory with what is missing above it, mode 0755, on disk before it returns. */
  makePlace(): Promise<void>;
  /** Paths of the files in that directory, those that changed longest ago first. */
  listPlace(): Promise<readonly string[]>;
}
