import { children, content, type DerElement, encoded, objectIdentifier } from '../x509/der.ts';

/** A Name as OpenSSL compares it (X509_NAME_cmp): case, white space and the kind of string do not count. */
export interface CanonicalName {
  /** Equal for equal names; that of a directory above is a prefix of those below it. */
  readonly key: string;
  /** Attributes in it. */
  readonly entries: readonly NameEntry[];
}

export interface NameEntry {
  readonly type: string;
  readonly value: DerElement;
}

/** ASN1_MASK_CANON: the kinds of string that are folded; any other is compared as it stands. */
const FOLDED: Readonly<Record<number, 'utf8' | 'latin1' | 'ucs2' | 'ucs4'>> = {
  0x0c: 'utf8',
  0x13: 'latin1',
  0x14: 'latin1',
  0x16: 'latin1',
  0x1a: 'latin1',
  0x1c: 'ucs4',
  0x1e: 'ucs2',
};

/** Throws CertificateParseError. */
export function canonicalName(name: DerElement): CanonicalName {
  const entries: NameEntry[] = [];
  let key = '';
  for (const relativeName of children(name)) {
    // SET OF: OpenSSL sorts what it encodes anew.
    const parts: string[] = [];
    for (const attribute of children(relativeName)) {
      const [type, value] = children(attribute);
      if (type === undefined || value === undefined) continue;
      entries.push({ type: objectIdentifier(type), value });
      parts.push(part(latin1(encoded(type)) + canonicalValue(value)));
    }
    key += part(parts.toSorted().join(''));
  }
  return { key, entries };
}

/** With its length in front, so that no name can look like another. */
function part(text: string): string {
  return `${text.length}:${text}`;
}

function canonicalValue(value: DerElement): string {
  const text = textOf(value);
  if (text === null) return latin1(encoded(value));
  // Of ASCII alone: what has its highest bit set is left as it is.
  return latin1(
    Buffer.from(
      text
        .replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
        .replace(/[\t-\r ]+/g, ' ')
        .replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()),
      'utf8',
    ),
  );
}

/** Text of a directory string; null for a value of another kind. */
export function textOf(value: DerElement): string | null {
  const bytes = Buffer.from(content(value));
  const kind = FOLDED[value.tag];
  if (kind === undefined) return null;
  if (kind === 'utf8' || kind === 'latin1') return bytes.toString(kind);
  return wide(bytes, kind === 'ucs2' ? 2 : 4);
}

function wide(bytes: Buffer, width: 2 | 4): string {
  let text = '';
  for (let at = 0; at + width <= bytes.length; at += width) {
    const code = bytes.readUIntBE(at, width);
    text += code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  }
  return text;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
