import { parse, type PlistValue } from 'plist';
import { messageOf } from '../../store-change.ts';

export type PropertyList = PlistValue;
export type Dictionary = Readonly<Record<string, PropertyList>>;

/** A property list could not be read; the message says why. */
export class PropertyListError extends Error {
  override readonly name = 'PropertyListError';
}

/** Far above what macOS exports, far below what a deep nesting needs to fill the stack. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Throws {@link PropertyListError}, whatever the bytes are. */
export function readPropertyList(bytes: Uint8Array): PropertyList {
  if (bytes.length > MAX_BYTES) throw new PropertyListError(`it is larger than ${MAX_BYTES} bytes`);
  const text = Buffer.from(bytes).toString('utf8').trim();
  // The parser writes to the console about what is cut off.
  if (!text.includes('<plist') || !text.endsWith('</plist>'))
    throw new PropertyListError('it is no XML property list, or its end is missing');
  try {
    return parse(text);
  } catch (error) {
    throw new PropertyListError(messageOf(error), { cause: error });
  }
}

/** Null for every other kind of value. */
export function dictionary(value: PropertyList | undefined): Dictionary | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return value instanceof Date || value instanceof Uint8Array ? null : value;
}
