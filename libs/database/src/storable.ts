// Everything below came from a host or out of a stranger's certificate. PostgreSQL refuses some of what JavaScript and X.509 allow,
// and one refused value fails its whole batch: such values are changed to the nearest that can be stored.

/** Deepest nesting of a stored projection; PostgreSQL's parser has a stack of its own. Ours nest less than ten. */
const MAX_DEPTH = 64;
const MIN_TIME = Date.parse('0001-01-01T00:00:00Z');
const MAX_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);
const REPLACEMENT = '\uFFFD';

/** Text without U+0000. (A lone surrogate becomes U+FFFD by itself where the driver writes UTF-8.) */
export function storableText(text: string): string {
  return text.replaceAll('\0', REPLACEMENT);
}

export function storableTextOrNull(text: string | null): string | null {
  return text === null ? null : storableText(text);
}

/** JSON text that `jsonb` accepts: no escaped U+0000, no lone surrogate. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\(?:u([0-9a-f]{4})|.)/g, (escape, code: string | undefined) =>
    code === '0000' || code?.startsWith('d') === true ? REPLACEMENT : escape,
  );
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `{` and `[` differ from `}` and `]` by 2; these are the opening ones. */
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Nested deeper than can be stored? Looks at the text alone, once, since walking such a value may itself overflow a stack. */
export function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Where the string that begins at `from` ends; the text's end for one that is open. */
function endOfString(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return json.length;
}

/** A time between the years 1 and 9999: certificates may claim others. */
export function storableTime(time: Date): Date {
  const value = time.getTime();
  return new Date(Number.isNaN(value) ? 0 : Math.min(MAX_TIME, Math.max(MIN_TIME, value)));
}
