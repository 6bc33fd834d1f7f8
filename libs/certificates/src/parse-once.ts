import { parseBundle } from './parse-bundle.ts';
import type { ParsedBundle } from './types.ts';

/** Of the bundles last parsed: a public list has some 250 KB, and a machine few different ones. */
const MAX_BUNDLES = 16;
const MAX_BYTES = 4 * 1024 * 1024;

const recent = new Map<string, { readonly parsed: ParsedBundle; readonly size: number }>();

/**
 * As {@link parseBundle}, by the digest of the bytes: of what was parsed a moment ago the same object again. One list lies in many
 * environments, in the store and in copies of the API; reading it once for each is most of what a scan works.
 */
export function parseBundleOnce(bytes: Uint8Array, sha256: string): ParsedBundle {
  const known = recent.get(sha256);
  // Last in the map is the one used last.
  recent.delete(sha256);
  const entry = known ?? { parsed: parseBundle(bytes), size: bytes.byteLength };
  recent.set(sha256, entry);
  let total = [...recent.values()].reduce((sum, { size }) => sum + size, 0);
  for (const [oldest, { size }] of recent) {
    if (recent.size <= MAX_BUNDLES && total <= MAX_BYTES) break;
    recent.delete(oldest);
    total -= size;
  }
  return entry.parsed;
}
