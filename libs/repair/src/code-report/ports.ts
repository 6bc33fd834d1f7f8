import type { CodeSection } from '@trustfleet/protocol';

/** What code.report needs of the host. */
export interface CodeAccess {
  /** The host's code read anew, as the inventory reads it; null where its owner named no directory of code. */
  code(): Promise<CodeSection | null>;
}
