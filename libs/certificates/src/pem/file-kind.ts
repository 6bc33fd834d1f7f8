export type FileKind = 'empty' | 'der' | 'utf16' | 'text';

/** What sort of file this is, before anything is read from it. UTF-16 is what PowerShell's Out-File writes (python-tls.md §3). */
export function fileKind(bytes: Uint8Array): FileKind {
  if (isBlank(bytes)) return 'empty';
  if (isUtf16(bytes)) return 'utf16';
  if (isDer(bytes)) return 'der';
  return 'text';
}

/** Nothing but white space and byte order marks; only a blank file is read to its end for this. */
function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (!BLANK.has(byte)) return false;
  }
  return true;
}
/** Tab, LF, VT, FF, CR, space, NUL and the bytes of the UTF-8 and UTF-16 marks. */
const BLANK: ReadonlySet<number> = new Set([
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x00, 0xef, 0xbb, 0xbf, 0xfe, 0xff,
]);

function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return everyOtherByteIsNul(bytes, 0) || everyOtherByteIsNul(bytes, 1);
}

/** The text of a UTF-16 file, of either byte order; a byte too many at its end is left out. */
export function utf16Text(bytes: Buffer): string {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const littleEndian = even[0] === 0xff || (even[0] !== 0xfe && even[0] !== 0);
  return littleEndian ? even.toString('utf16le') : Buffer.from(even).swap16().toString('utf16le');
}

/** UTF-16 of plain ASCII without a mark: each pair holds one NUL. The first 64 bytes decide. */
function everyOtherByteIsNul(bytes: Uint8Array, offset: 0 | 1): boolean {
  const end = Math.min(bytes.length - (bytes.length % 2), 64);
  if (end < 16) return false;
  for (let at = 0; at < end; at += 2) {
    if (bytes[at + offset] !== 0 || bytes[at + 1 - offset] === 0) return false;
  }
  return true;
}

/** A SEQUENCE whose length takes two or three bytes more: a certificate, PKCS #7 or PKCS #12 in binary. */
function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && (bytes[1] === 0x81 || bytes[1] === 0x82 || bytes[1] === 0x83);
}
