const LITERAL = /^([A-Za-z]{0,2})('''|"""|'|")([^]*)$/;
const ESCAPE = /\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/g;
const SIGNS: Readonly<Record<string, string>> = {
  // A line end behind a backslash is left out.
  '\n': '',
  '\r': '',
  '\r\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
/** Longer ones name no file, and are not looked into. */
const MAX_LITERAL = 5000;

const character = (code: number): string =>
  code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';

function escaped(whole: string): string {
  const rest = whole.slice(1);
  const sign = SIGNS[rest];
  if (sign !== undefined) return sign;
  if (/^[0-7]/.test(rest)) return character(Number.parseInt(rest, 8));
  // One sign alone means nothing: it stands there with its backslash.
  return rest.length > 1 ? character(Number.parseInt(rest.slice(1), 16)) : whole;
}

/** What a string literal (prefix, quotes and all) stands for; null for one that is not closed, or too long to name a file. `\N{…}` stays as it is. */
export function literalValue(text: string): string | null {
  if (text.length > MAX_LITERAL) return null;
  const [, prefix = '', quote = '', rest = ''] = LITERAL.exec(text) ?? [];
  if (quote === '' || rest.length < quote.length || !rest.endsWith(quote)) return null;
  const content = rest.slice(0, -quote.length);
  if (/r/i.test(prefix)) return content;
  return content.replace(ESCAPE, escaped);
}
