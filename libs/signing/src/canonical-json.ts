import { sha256Hex } from './digest.ts';

/** A value has no canonical form; `path` is a JSON Pointer (RFC 6901) to the part that has none. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError';
  readonly path: string;

  constructor(problem: string, path: string) {
    super(`No canonical JSON: ${problem} at "${path}"`);
    this.path = path;
  }
}

/** Deeper than any document of ours; keeps a hostile value from exhausting the stack. */
const MAX_DEPTH = 64;

/** With the `u` flag a pair is one code point, so only a lone half matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * JSON Canonicalization Scheme (RFC 8785): members sorted by UTF-16 code units, no white space, numbers and strings
 * as ECMAScript writes them. An `undefined` member is left out, as JSON.stringify does. Throws `CanonicalJsonError` for
 * NaN, infinities, lone surrogates (RFC 8785 §3.2.2.2, §3.2.2.3) and whatever JSON cannot say.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '', 0);
}

/**
 * UTF-8 of `context` and the canonical JSON of `message` without its `signature`: what the signature of a message covers.
 * Undefined when a hostile peer sent what has no canonical form, so that verifying says no instead of throwing.
 */
export function bytesUnderSignature(context: string, message: object): Uint8Array | undefined {
  try {
    return signedBytes(context, message);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined;
    throw error;
  }
}

/** As `bytesUnderSignature`, for one's own messages: throws `CanonicalJsonError`. */
export function signedBytes(context: string, message: object): Uint8Array {
  const content = Object.fromEntries(Object.entries(message).filter(([name]) => name !== 'signature'));
  return Buffer.from(context + canonicalJson(content), 'utf8');
}

/** SHA-256 of the canonical JSON's UTF-8 bytes, lower-case hex. */
export function sha256OfJson(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new CanonicalJsonError(`deeper than ${MAX_DEPTH} levels`, path);
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return writeNumber(value, path);
    case 'string':
      return writeString(value, path);
    case 'object':
      return Array.isArray(value) ? writeArray(value, path, depth) : writeObject(value, path, depth);
    default:
      throw new CanonicalJsonError(`a ${typeof value}`, path);
  }
}

function writeNumber(value: number, path: string): string {
  if (!Number.isFinite(value)) throw new CanonicalJsonError(String(value), path);
  return JSON.stringify(value);
}

function writeString(value: string, path: string): string {
  if (LONE_SURROGATE.test(value)) throw new CanonicalJsonError('a lone surrogate', path);
  return JSON.stringify(value);
}

function writeArray(value: readonly unknown[], path: string, depth: number): string {
  const items: string[] = [];
  for (let i = 0; i < value.length; i += 1) items.push(write(value[i], `${path}/${i}`, depth + 1));
  return `[${items.join(',')}]`;
}

function writeObject(value: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new CanonicalJsonError('an object that is not plain data', path);
  }
  // Array.prototype.sort without a comparator compares UTF-16 code units, which is what RFC 8785 §3.2.3 asks.
  const members: string[] = [];
  for (const [name, member] of Object.entries(value).sort(byName)) {
    if (member === undefined) continue;
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    members.push(`${writeString(name, at)}:${write(member, at, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
