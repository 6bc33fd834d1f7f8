import type { ToolkitConfiguration } from '@trustfleet/protocol';
import type { View } from '../access/view.ts';
import type { SharedFrom } from '../access/shares.ts';
import type { Descriptor } from '../cores/descriptor.ts';

/** One configuration as found (see `toolkitConfiguration` of libs/protocol); which core it runs is known when all of them are. */
export interface FoundConfiguration {
  readonly path: string;
  readonly kind: ToolkitConfiguration['kind'];
  readonly descriptor: Descriptor | null;
  readonly site: string | null;
  readonly keys: readonly string[];
  readonly interpreter: string | null;
  /** Its own core, or that of the studio root that it names; null where a descriptor alone decides. */
  readonly coreLocation: string | null;
  /** The rights for that: those of whoever wrote the setting that names it (security.md, "a local user"). */
  readonly coreView: View;
  /** `bundle_cache_fallback_roots` of pipeline_configuration.yml. */
  readonly fallbackRoots: readonly string[];
  readonly shared: SharedFrom | null;
  readonly view: View;
}
