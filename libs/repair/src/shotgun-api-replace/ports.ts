import type { HostFacts } from '@trustfleet/policy';
import type { TreeAccess } from '../code-trees/ports.ts';

/** What this remedy needs of the host; the agent connects it with libs/host and libs/shotgrid. */
export interface ApiCopyAccess extends TreeAccess {
  /** The sections `shotgrid`, `pythons` and `bundles` as they are now. */
  facts(): Promise<HostFacts>;
  /** The host's allow-list names it keeper of that path. */
  isKeeper(path: string): Promise<boolean>;
  /** The git checkout that the path lies in; null for none. Directories are looked at, nothing in them is opened. */
  checkoutOf(path: string): Promise<string | null>;
}
