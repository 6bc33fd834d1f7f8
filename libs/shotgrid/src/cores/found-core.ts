import type { CoreKind } from '@trustfleet/protocol';
import type { View } from '../access/view.ts';
import type { SharedFrom } from '../access/shares.ts';
import type { FoundApi } from '../apis/found-api.ts';

/** One core as found (see `toolkitCore` of libs/protocol); who uses it is known when all configurations are. */
export interface FoundCore {
  readonly path: string;
  readonly location: string;
  readonly kind: CoreKind;
  readonly version: string | null;
  readonly apis: readonly FoundApi[];
  readonly shared: SharedFrom | null;
  /** With whose rights it was read. */
  readonly view: View;
}
