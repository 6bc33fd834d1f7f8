import { storableText } from '../storable.ts';

/** A text to look for inside LIKE: its own %, _ and \ mean themselves. */
export function literal(text: string): string {
  return storableText(text).replace(/[\\%_]/g, '\\$&');
}

/** A pattern for LIKE: anything with `text` in it. */
export function containing(text: string): string {
  return `%${literal(text)}%`;
}
