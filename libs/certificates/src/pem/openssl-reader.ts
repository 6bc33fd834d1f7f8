import { CertificateParseError } from '../certificate-parse-error.ts';
import { readElement } from '../x509/der.ts';
import { decodeBase64 } from './base64.ts';
import { CERTIFICATE_LABELS, splitTrusted } from './read-block.ts';
import type { BundleTrust } from '../types.ts';

/** What OpenSSL makes of a file that a program names as its CA file. */
export interface OpensslReading {
  readonly accepts: boolean;
  /** The certificates it loads; of a refused file, those before the place where it gave up. */
  readonly certificates: readonly LoadedCertificate[];
  /** Where and why it refuses; null when it accepts, or found nothing to load. */
  readonly refusal: { readonly line: number; readonly reason: string } | null;
}

interface LoadedCertificate {
  readonly der: Uint8Array;
  readonly line: number;
  readonly settings: BundleTrust;
}

/** `LINESIZE - 1` of crypto/pem/pem_lib.c: a longer line is read in pieces of this size. */
const PIECE = 254;
const TAIL = '-----\n';
const BEGIN = '-----BEGIN ';
const END = '-----END ';
const REVOCATION_LIST = 'X509 CRL';
const KEY_LABELS: ReadonlySet<string> = new Set(['RSA PRIVATE KEY', 'DSA PRIVATE KEY', 'EC PRIVATE KEY']);

/**
 * Follows X509_load_cert_crl_file (OpenSSL 3.0: crypto/x509/by_file.c, crypto/pem/pem_info.c, crypto/pem/pem_lib.c), which is what
 * `SSL_CERT_FILE` and Python's `cafile` end in. One bad block, of any label, loses the whole file; text between blocks is passed
 * over. `text` is the file as Latin-1; `open` throws CertificateParseError for DER that OpenSSL does not read as a certificate. Linear in
 * its size.
 */
export function readAsOpenssl(text: string, open: (der: Uint8Array) => void): OpensslReading {
  const pieces = new Pieces(text);
  const certificates: LoadedCertificate[] = [];
  let loaded = 0;
  for (;;) {
    const label = nextLabel(pieces);
    if (label === null) return { accepts: loaded > 0, certificates, refusal: null };
    const line = pieces.line;
    try {
      const found = objectOf(label, readBody(pieces, label));
      if (found !== null) {
        open(found.der);
        certificates.push({ ...found, line });
      }
      if (found !== null || label === REVOCATION_LIST) loaded += 1;
    } catch (error) {
      if (!(error instanceof CertificateParseError)) throw error;
      return { accepts: false, certificates, refusal: { line, reason: error.message } };
    }
  }
}

/** BIO_gets with a buffer of LINESIZE. */
class Pieces {
  readonly #text: string;
  #at = 0;
  #line = 0;
  #lineEnded = true;

  constructor(text: string) {
    this.#text = text;
  }

  /** Line of the piece that was read last, from 1. */
  get line(): number {
    return this.#line;
  }

  next(): string | null {
    if (this.#at >= this.#text.length) return null;
    if (this.#lineEnded) this.#line += 1;
    const piece = this.#text.slice(this.#at, this.#at + PIECE);
    const newline = piece.indexOf('\n');
    const taken = newline === -1 ? piece : piece.slice(0, newline + 1);
    this.#lineEnded = newline !== -1;
    this.#at += taken.length;
    return taken;
  }
}

/** `sanitize_line` with PEM_FLAG_EAY_COMPATIBLE: what is at or below a space, or (as a signed char) above ASCII, goes from the end. */
function trimEnd(piece: string): string {
  let end = piece.length;
  while (end > 0 && isStripped(piece.charCodeAt(end - 1))) end -= 1;
  return `${piece.slice(0, end)}\n`;
}

function isStripped(code: number): boolean {
  return code <= 0x20 || code >= 0x80;
}

/** `get_name`: the next BEGIN that stands alone on its line. A byte order mark is taken off the first line of each search. */
function nextLabel(pieces: Pieces): string | null {
  let first = true;
  for (let piece = pieces.next(); piece !== null; piece = pieces.next()) {
    const line = trimEnd(first && piece.startsWith('\u00ef\u00bb\u00bf') ? piece.slice(3) : piece);
    first = false;
    if (line.startsWith(BEGIN) && line.endsWith(TAIL)) return line.slice(BEGIN.length, -TAIL.length);
  }
  return null;
}

interface Body {
  readonly header: string;
  readonly data: string;
}

/** `get_header_and_data`. A piece that only ends a long line is no blank line. */
function readBody(pieces: Pieces, label: string): Body {
  const body = new BodyReader();
  let partial = false;
  for (let piece = pieces.next(); piece !== null; piece = pieces.next()) {
    const continues = partial;
    partial = piece.length === PIECE && !piece.endsWith('\n');
    body.noticeHeader(piece);
    const line = trimEnd(piece);
    if (line.startsWith(END)) return body.end(line, label);
    if (line !== '\n') body.add(line);
    else if (!continues) body.blank();
  }
  throw new CertificateParseError('the file ends inside this block');
}

/** A blank line ends a header, and after one the lines of data must all be of 64 characters but the last. */
class BodyReader {
  readonly #before: string[] = [];
  readonly #after: string[] = [];
  #place: 'maybeHeader' | 'header' | 'afterHeader' = 'maybeHeader';
  #shortLineSeen = false;

  noticeHeader(piece: string): void {
    if (this.#place === 'maybeHeader' && piece.includes(':')) this.#place = 'header';
  }

  blank(): void {
    if (this.#place === 'afterHeader')
      throw new CertificateParseError('a second blank line inside the block');
    this.#place = 'afterHeader';
  }

  add(line: string): void {
    if (this.#place !== 'afterHeader') {
      this.#before.push(line);
      return;
    }
    if (this.#shortLineSeen || line.length > 65) {
      throw new CertificateParseError('after a blank line, a line not of 64 characters');
    }
    this.#shortLineSeen = line.length < 65;
    this.#after.push(line);
  }

  /** Without a header, what stands before the END is data. */
  end(line: string, label: string): Body {
    if (line !== `${END}${label}${TAIL}`)
      throw new CertificateParseError(`its END line is not that of ${quoted(label)}`);
    if (this.#place === 'maybeHeader') return { header: '', data: this.#before.join('') };
    return { header: this.#before.join(''), data: this.#after.join('') };
  }
}

/** DER of the certificate in a block; null for a block that holds none. Decoding is checked for every label, as OpenSSL does. */
function objectOf(label: string, body: Body): Omit<LoadedCertificate, 'line'> | null {
  const der = decode(body.data);
  if (der.length === 0) throw new CertificateParseError('the block is empty');
  const isCertificate = CERTIFICATE_LABELS.has(label);
  if (!isCertificate && label !== REVOCATION_LIST && !KEY_LABELS.has(label)) return null;
  if (KEY_LABELS.has(label) && body.header.length > 10) return null;
  if (body.header !== '') throw new CertificateParseError('text or a blank line inside the block');
  if (isCertificate) return splitTrusted(label, der);
  readElement(der, 0);
  return null;
}

/** EVP_DecodeUpdate ends the data at a `-`; what follows in the block is not looked at. */
function decode(data: string): Uint8Array {
  const dash = data.indexOf('-');
  const result = decodeBase64(dash === -1 ? data : data.slice(0, dash));
  if ('bytes' in result) return result.bytes;
  throw new CertificateParseError(
    'cutShort' in result ? 'its base64 is cut short' : 'it holds a character that is not base64',
  );
}

function quoted(label: string): string {
  return JSON.stringify(label.slice(0, 64));
}
