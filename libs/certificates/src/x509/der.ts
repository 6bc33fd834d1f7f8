import { CertificateParseError } from '../certificate-parse-error.ts';

/** One tag-length-value of DER (X.690 §10.1: definite lengths alone). Offsets are into `bytes`. */
export interface DerElement {
  readonly bytes: Uint8Array;
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

/** Reads the element at `start`, which must end at or before `limit`. Throws CertificateParseError. */
export function readElement(bytes: Uint8Array, start: number, limit: number = bytes.length): DerElement {
  const tag = byteAt(bytes, start, limit);
  if ((tag & 0x1f) === 0x1f)
    throw new CertificateParseError('a tag of more than one byte, which X.509 does not have');
  const first = byteAt(bytes, start + 1, limit);
  const { length, contentStart } =
    first < 0x80 ? { length: first, contentStart: start + 2 } : longLength(bytes, start + 1, limit);
  const end = contentStart + length;
  if (end > limit) {
    throw new CertificateParseError(
      `it is cut short: ${length} bytes are announced, ${limit - contentStart} are there`,
    );
  }
  return { bytes, tag, start, contentStart, end };
}

function longLength(bytes: Uint8Array, at: number, limit: number): { length: number; contentStart: number } {
  const count = byteAt(bytes, at, limit) & 0x7f;
  if (count === 0 || count > 4) throw new CertificateParseError('a length that DER does not allow');
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + byteAt(bytes, at + index, limit);
  return { length, contentStart: at + 1 + count };
}

function byteAt(bytes: Uint8Array, at: number, limit: number): number {
  const byte = at < limit ? bytes[at] : undefined;
  if (byte === undefined) throw new CertificateParseError('it is cut short');
  return byte;
}

/** More than anything that X.509 or a key store holds; a file of empty elements would make objects of fifty times its size. */
const MOST_CHILDREN = 100_000;

/** The elements inside a constructed one. Throws CertificateParseError, also for more than 100 000 of them. */
export function children(parent: DerElement): DerElement[] {
  const found: DerElement[] = [];
  for (let at = parent.contentStart; at < parent.end;) {
    if (found.length === MOST_CHILDREN)
      throw new CertificateParseError('it has more parts than any certificate');
    const element = readElement(parent.bytes, at, parent.end);
    found.push(element);
    at = element.end;
  }
  return found;
}

/** Tag, length and content. */
export function encoded(element: DerElement): Uint8Array {
  return element.bytes.subarray(element.start, element.end);
}

export function content(element: DerElement): Uint8Array {
  return element.bytes.subarray(element.contentStart, element.end);
}

/** No OID in use comes near; a number of 100 kB would take seconds to write out. */
const LONGEST_IDENTIFIER = 128;

/** Dotted form of an OBJECT IDENTIFIER (X.690 §8.19). Throws CertificateParseError for an absurdly long one. */
export function objectIdentifier(element: DerElement): string {
  if (element.end - element.contentStart > LONGEST_IDENTIFIER) {
    throw new CertificateParseError('an object identifier of absurd length');
  }
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of content(element)) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if ((byte & 0x80) === 0) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [first = 0n, ...rest] = arcs;
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...rest].join('.');
}
