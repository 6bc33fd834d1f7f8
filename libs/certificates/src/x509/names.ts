import { children, content, type DerElement, objectIdentifier } from './der.ts';

const COMMON_NAME = '2.5.4.3';
const UNIVERSAL_STRING = 0x1c;
const BMP_STRING = 0x1e;
const UTF8_STRING = 0x0c;

/** The last CN of a Name, the one that programs show; null without one. */
export function commonNameOf(name: DerElement): string | null {
  let found: string | null = null;
  for (const relativeName of children(name)) {
    for (const attribute of children(relativeName)) {
      const [type, value] = children(attribute);
      if (type !== undefined && value !== undefined && objectIdentifier(type) === COMMON_NAME)
        found = directoryString(value);
    }
  }
  return found === null ? null : harmless(found);
}

/** RFC 4519 and what certificates use beside it; another type is written as its dotted number. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  [COMMON_NAME]: 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** A Name on one line, its parts in the certificate's order. Not yet harmless. */
export function nameText(name: DerElement): string {
  const parts = children(name)
    .flatMap((relativeName) => children(relativeName))
    .map((attribute) => {
      const [type, value] = children(attribute);
      if (type === undefined || value === undefined) return '';
      const identifier = objectIdentifier(type);
      return `${SHORT_NAMES[identifier] ?? identifier}=${directoryString(value)}`;
    });
  return parts.join(', ');
}

/** Node's form has one line for each part; ours is one line. */
export function oneLineName(name: string | undefined): string {
  return harmless((name ?? '').trim().split('\n').join(', '));
}

function directoryString(value: DerElement): string {
  const bytes = Buffer.from(content(value));
  if (value.tag === UTF8_STRING) return bytes.toString('utf8');
  if (value.tag === BMP_STRING) return wideString(bytes, 2);
  if (value.tag === UNIVERSAL_STRING) return wideString(bytes, 4);
  return bytes.toString('latin1');
}

function wideString(bytes: Buffer, width: 2 | 4): string {
  let text = '';
  for (let at = 0; at + width <= bytes.length; at += width) {
    const code = width === 2 ? bytes.readUInt16BE(at) : bytes.readUInt32BE(at);
    text +=
      width === 4 ? (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd') : String.fromCharCode(code);
  }
  return text;
}

/**
 * A name is chosen by whoever made the certificate. Control characters break logs and databases (NUL), and direction marks make
 * one name look like another, and half a surrogate pair is no text: each becomes U+FFFD.
 */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');
}
