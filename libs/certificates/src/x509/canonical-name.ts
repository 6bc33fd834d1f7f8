import { children, content, encoded, type DerElement } from './der.ts';

/**
 * The content of a Name as OpenSSL compares and hashes it (X509_NAME_cmp, X509_NAME_hash; crypto/x509/x_name.c): case, white space and the
 * kind of string do not count. Throws CertificateParseError.
 */
export function canonicalNameBytes(name: DerElement): Buffer {
  return Buffer.concat(children(name).map(canonicalRelativeName));
}

/** A SET OF its attributes in the order of DER. */
function canonicalRelativeName(relativeName: DerElement): Buffer {
  const attributes = children(relativeName).map(canonicalAttribute);
  return element(0x31, Buffer.concat(attributes.toSorted((a, b) => Buffer.compare(a, b))));
}

function canonicalAttribute(attribute: DerElement): Buffer {
  const [type, value] = children(attribute);
  if (type === undefined || value === undefined) return Buffer.from(encoded(attribute));
  return element(0x30, Buffer.concat([encoded(type), canonicalValue(value)]));
}

const UTF8_STRING = 0x0c;
/** PrintableString, T61String (as Latin-1), IA5String, VisibleString. */
const ONE_BYTE_STRINGS: ReadonlySet<number> = new Set([0x13, 0x14, 0x16, 0x1a]);
const UNIVERSAL_STRING = 0x1c;
const BMP_STRING = 0x1e;

/** As UTF8String, ASCII letters small, blanks at the ends gone and any others one space. Other types stay as they are. */
function canonicalValue(value: DerElement): Uint8Array {
  const text = textOf(value);
  if (text === null) return encoded(value);
  const folded = text
    .replace(/^[ \t-\r]+|[ \t-\r]+$/g, '')
    .replace(/[ \t-\r]+/g, ' ')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return element(UTF8_STRING, Buffer.from(folded, 'utf8'));
}

/** Text of a directory string; null for a value of another kind. */
export function textOf(value: DerElement): string | null {
  const bytes = Buffer.from(content(value));
  if (value.tag === UTF8_STRING) return bytes.toString('utf8');
  if (ONE_BYTE_STRINGS.has(value.tag)) return bytes.toString('latin1');
  if (value.tag === BMP_STRING) return wide(bytes, 2);
  return value.tag === UNIVERSAL_STRING ? wide(bytes, 4) : null;
}

function wide(bytes: Buffer, width: 2 | 4): string {
  let text = '';
  for (let at = 0; at + width <= bytes.length; at += width)
    text += String.fromCodePoint(
      width === 2 ? bytes.readUInt16BE(at) : Math.min(bytes.readUInt32BE(at), 0x10ffff),
    );
  return text;
}

function element(tag: number, body: Uint8Array): Buffer {
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}
