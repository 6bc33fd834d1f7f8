import type { ApiForm, ShotgunApi } from '@trustfleet/protocol';
import type { Reader } from '../access/rights.ts';
import type { SharedFrom } from '../access/shares.ts';

/** What the place in which a copy lies says of it. */
export interface Standpoint {
  readonly form: ApiForm;
  readonly metadataVersion: string | null;
  /** info.yml of the core that vendors it. */
  readonly core: string | null;
}

export type FoundBundle = ShotgunApi['bundles'][number];

/** One copy as found (see `shotgunApi` of libs/protocol); whether it is in use is known when all of them are. */
export interface FoundApi extends Standpoint {
  readonly path: string;
  readonly location: string;
  readonly version: string | null;
  readonly sha256: string | null;
  readonly bundles: readonly FoundBundle[];
  readonly zipPython: string | null;
  readonly shared: SharedFrom | null;
  /** CA files of it on disk, and with whose rights each was read. */
  readonly onDisk: readonly { readonly path: string; readonly reader: Reader }[];
}
