/** docs.python.org/3/reference/lexical_analysis.html, "Encoding declarations" (PEP 263). */
const DECLARATION = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
const BLANK_OR_COMMENT = /^[ \t\f]*(?:#.*)?$/;
/** Declarations stand in the first two lines; longer ones are none. */
const HEAD_BYTES = 1000;

/** Python's names of codecs that the WHATWG's (encoding.spec.whatwg.org) does not know, or takes for another one. */
const LABELS: Readonly<Record<string, string>> = {
  'utf-8-sig': 'utf-8',
  'latin-1': 'latin1',
  l1: 'latin1',
  'iso8859-1': 'latin1',
  'iso8859-15': 'iso-8859-15',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  uhc: 'euc-kr',
  euckr: 'euc-kr',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  mskanji: 'shift_jis',
  'shift-jis': 'shift_jis',
  shiftjis: 'shift_jis',
  sjis: 'shift_jis',
  eucjp: 'euc-jp',
  cp936: 'gbk',
  ms936: 'gbk',
  euccn: 'gbk',
  cp950: 'big5',
};
const CP125X = /^(?:cp|windows-?)(125[0-8])$/;

function declaredEncoding(head: string): string | null {
  const [first = '', second = ''] = head.split(/\r\n|\r|\n/, 2);
  const found = DECLARATION.exec(first) ?? (BLANK_OR_COMMENT.test(first) ? DECLARATION.exec(second) : null);
  return found?.[1]?.toLowerCase().replaceAll('_', '-') ?? null;
}

function decoderFor(name: string): InstanceType<typeof TextDecoder> {
  const page = CP125X.exec(name)?.[1];
  const label = page === undefined ? (LABELS[name] ?? name) : `windows-${page}`;
  try {
    return new TextDecoder(label);
  } catch (error) {
    // One that is not known here: each byte a character, so that what is ASCII in it is still read.
    if (error instanceof RangeError) return new TextDecoder('latin1');
    throw error;
  }
}

/**
 * Python source as text: by its byte order mark, its declaration, else UTF-8. Bytes that do not fit become U+FFFD. Null for what is no
 * source: Python takes none with a NUL in it.
 */
export function decodePythonSource(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (marked) return new TextDecoder().decode(bytes);
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD_BYTES));
  return decoderFor(declaredEncoding(head) ?? 'utf-8').decode(bytes);
}
