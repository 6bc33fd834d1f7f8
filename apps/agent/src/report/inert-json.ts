import { canonicalJson } from '@trustfleet/signing';

/**
 * Canonical JSON on one line in which nothing steers a terminal: what names of others may hold is written as `\u` escapes, so that
 * the value stays the same.
 */
export function inertJson(value: unknown): string {
  const text = canonicalJson(JSON.parse(JSON.stringify(value)));
  return `${text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escaped)}\n`;
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const code = character.charCodeAt(index).toString(16).padStart(4, '0');
    return `\\u${code}`;
  }).join('');
}
