import type { AnchorInspection } from './types.ts';

/** Largest text that is looked at; libs/api `inspectRequest` has the same bound. */
export const MAX_ANCHOR_BYTES = 256 * 1024;

/** May this text become an anchor? Never throws. */
export function inspectAnchor(text: string | Uint8Array, now: Date): AnchorInspection {
  throw new Error(`in work: ${text.length} ${now.toISOString()}`);
}
