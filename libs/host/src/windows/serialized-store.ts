import type { WindowsEntry } from '../types.ts';

/*
 * What CertSaveStore writes and CertAddSerializedElementToStore reads, and what the registry keeps in
 * `…\Certificates\<SHA-1>\Blob`: records of identifier, encoding, length (u32 each, little-endian) and value. Properties come first, the
 * certificate they belong to ends the element (wincrypt.h, CERT_STORE_SAVE_AS_STORE).
 */

/** CERT_CERT_PROP_ID, CERT_CRL_PROP_ID, CERT_CTL_PROP_ID: the object itself. */
const CERTIFICATE = 32;
const OTHER_OBJECTS: ReadonlySet<number> = new Set([33, 34]);
const FRIENDLY_NAME = 11;
const ENHANCED_KEY_USAGE = 9;
/**
 * What else limits or describes an anchor, kept as it is: description; whether its lists of revoked certificates are asked; policies, name
 * constraints and chain policies of the root programme; dates and purposes from which it counts no more (wincrypt.h). Thumbprints and
 * key identifiers are left out: crypt32 computes them itself.
 */
const KEPT: ReadonlySet<number> = new Set([13, 82, 83, 84, 86, 104, 105, 122, 126, 127]);
const HEADER_BYTES = 12;
const FILE_HEADER_BYTES = 8;
const X509_ASN_ENCODING = 1;
/** 'CERT' after a version of 0. */
const MAGIC = 0x54524543;

/** Bytes that are no such records; the message says where they end to be. */
export class SerializedFormatError extends Error {
  override readonly name = 'SerializedFormatError';
}

interface Record_ {
  readonly id: number;
  readonly value: Uint8Array;
}

/** A whole store, as CertSaveStore gives it. */
export function parseSerializedStore(bytes: Uint8Array): readonly WindowsEntry[] {
  const view = viewOf(bytes);
  if (bytes.length < FILE_HEADER_BYTES || view.getUint32(0, true) !== 0 || view.getUint32(4, true) !== MAGIC)
    throw new SerializedFormatError('It does not begin as a serialized store does');
  return parseElements(bytes.subarray(FILE_HEADER_BYTES));
}

/** Elements without a header: one of them is a registry's Blob. */
export function parseElements(bytes: Uint8Array): readonly WindowsEntry[] {
  const entries: WindowsEntry[] = [];
  let properties = new Map<number, Uint8Array>();
  for (const { id, value } of records(bytes)) {
    if (id === CERTIFICATE) entries.push(entryOf(value, properties));
    if (id === CERTIFICATE || OTHER_OBJECTS.has(id)) properties = new Map();
    else properties.set(id, value);
  }
  return entries;
}

/** One certificate with its properties, for CertAddSerializedElementToStore. */
export function serializeEntry(entry: WindowsEntry): Uint8Array {
  const properties = Object.entries(entry.properties)
    .map(([id, base64]) => ({ id: Number(id), value: Buffer.from(base64, 'base64') }))
    .filter(({ id }) => KEPT.has(id));
  const name = entry.friendlyName;
  return Buffer.concat([
    ...(name === null ? [] : [record({ id: FRIENDLY_NAME, value: Buffer.from(`${name}\0`, 'utf16le') })]),
    ...(entry.enhancedKeyUsage === null
      ? []
      : [record({ id: ENHANCED_KEY_USAGE, value: encodeObjectIdentifiers(entry.enhancedKeyUsage) })]),
    ...properties.map(record),
    record({ id: CERTIFICATE, value: entry.der }),
  ]);
}

function* records(bytes: Uint8Array): Generator<Record_> {
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    const id = view.getUint32(offset, true);
    const length = view.getUint32(offset + 8, true);
    const start = offset + HEADER_BYTES;
    // Twelve zero bytes end a store; a Blob just ends.
    if (id === 0) return;
    if (length > bytes.length - start)
      throw new SerializedFormatError(`The record at byte ${offset} is longer than what is there`);
    yield { id, value: bytes.subarray(start, start + length) };
    offset = start + length;
  }
  if (offset !== bytes.length) throw new SerializedFormatError(`It is cut off at byte ${offset}`);
}

function record({ id, value }: Record_): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + value.length);
  const view = viewOf(bytes);
  view.setUint32(0, id, true);
  view.setUint32(4, X509_ASN_ENCODING, true);
  view.setUint32(8, value.length, true);
  bytes.set(value, HEADER_BYTES);
  return bytes;
}

function entryOf(der: Uint8Array, properties: ReadonlyMap<number, Uint8Array>): WindowsEntry {
  const name = properties.get(FRIENDLY_NAME);
  const usage = properties.get(ENHANCED_KEY_USAGE);
  const kept = [...properties].filter(([id]) => KEPT.has(id));
  return {
    der: Uint8Array.from(der),
    friendlyName: name === undefined ? null : Buffer.from(name).toString('utf16le').replace(/\0.*$/s, ''),
    enhancedKeyUsage: usage === undefined ? null : decodeObjectIdentifiers(usage),
    properties: Object.fromEntries(
      kept.map(([id, value]) => [String(id), Buffer.from(value).toString('base64')]),
    ),
  };
}

/** SEQUENCE OF OBJECT IDENTIFIER. What is not that allows nothing, so it is read as a list without purposes. */
export function decodeObjectIdentifiers(der: Uint8Array): readonly string[] {
  const sequence = element(der, 0, 0x30);
  if (sequence?.end !== der.length) return [];
  const found: string[] = [];
  for (let offset = sequence.start; offset < sequence.end;) {
    const one = element(der, offset, 0x06);
    const text = one === null ? null : objectIdentifier(der.subarray(one.start, one.end));
    if (one === null || text === null) return [];
    found.push(text);
    offset = one.end;
  }
  return found;
}

/** Definite lengths of up to two bytes: a longer list of purposes does not exist. */
function element(der: Uint8Array, offset: number, tag: number): { start: number; end: number } | null {
  const [actual, first, second, third] = der.subarray(offset, offset + 4);
  if (actual !== tag || first === undefined) return null;
  const extra = first < 0x80 ? 0 : first - 0x80;
  if (extra > 2) return null;
  const length = [first, second ?? NaN, (second ?? NaN) * 256 + (third ?? NaN)][extra] ?? NaN;
  const start = offset + 2 + extra;
  return start + length <= der.length ? { start, end: start + length } : null;
}

function objectIdentifier(bytes: Uint8Array): string | null {
  const arcs: bigint[] = [];
  let value = 0n;
  for (const byte of bytes) {
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(value);
    value = 0n;
  }
  const [head, ...rest] = arcs;
  if (head === undefined || (bytes.at(-1) ?? 0x80) >= 0x80) return null;
  const first = head < 80n ? head / 40n : 2n;
  return [first, head - first * 40n, ...rest].join('.');
}

export function encodeObjectIdentifiers(identifiers: readonly string[]): Uint8Array {
  const encoded = identifiers.flatMap((text) => {
    const [first = 0n, second = 0n, ...rest] = text.split('.').map(BigInt);
    return wrap(0x06, [first * 40n + second, ...rest].flatMap(base128));
  });
  return Uint8Array.from(wrap(0x30, encoded));
}

function wrap(tag: number, content: readonly number[]): number[] {
  const length = content.length;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return [tag, ...size, ...content];
}

function base128(arc: bigint): number[] {
  const bytes = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn) | 0x80);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
