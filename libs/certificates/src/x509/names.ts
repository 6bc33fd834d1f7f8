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
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');
}
