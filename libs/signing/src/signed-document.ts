import { canonicalJson, CanonicalJsonError } from './canonical-json.ts';

interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };
}

/** UTF-8 of the canonical JSON: what is signed. */
export function canonicalBytes(value: unknown): Uint8Array {
  return Buffer.from(canonicalJson(value), 'utf8');
}

/** Reads a signed payload; `detail` says where it is not what this release understands. */
export function readCanonical<T>(
  bytes: Uint8Array,
  schema: Schema<T>,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string } {
  const value = parseCanonical(bytes);
  if (value === undefined) return { ok: false, detail: 'The signed payload is not canonical JSON' };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return { ok: false, detail: `The signed payload is not understood: ${where.slice(0, 500)}` };
}

/**
 * Undefined unless the bytes are exactly the canonical form of what they say: two parsers can then not read them
 * differently (double members, byte order marks, invalid UTF-8).
 */
function parseCanonical(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    return Buffer.from(bytes).equals(canonicalBytes(value)) ? value : undefined;
  } catch (error) {
    // SyntaxError: not JSON. TypeError: not UTF-8.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof CanonicalJsonError)
      return undefined;
    throw error;
  }
}
