import { createDecipheriv, createHmac, type CipherGCMTypes } from 'node:crypto';

/** Of one handshake: the server's bytes as they came, and the secret that its side of TLS 1.3 is sealed with (null up to TLS 1.2). */
export interface RecordedHandshake {
  readonly received: Uint8Array;
  readonly handshakeSecret: Uint8Array | null;
}

/** More than any server has reason to send, less than would hurt. */
const MAX_CERTIFICATES = 32;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const SERVER_HELLO = 2;
const CERTIFICATE = 11;
const SUPPORTED_VERSIONS = 43;
const TLS_1_3 = 0x0304;

/**
 * The certificates of a handshake exactly as they were presented. Node's own getPeerCertificate(true) follows issuers instead: it drops
 * strangers and duplicates and mends a wrong order. Up to TLS 1.2 the Certificate message travels in clear (RFC 5246 §7.4.2); in TLS 1.3
 * (RFC 8446 §4.4.2) it is opened with the handshake secret that Node hands out as `keylog`. Null where there is no such message or
 * it cannot be read: a cipher that is not known here, a compressed one (RFC 8879). Never throws.
 */
export function presentedCertificates(recorded: RecordedHandshake): readonly Uint8Array[] | null {
  const bytes = Buffer.from(recorded.received);
  const hello = lastServerHello(bytes);
  if (hello === null) return null;
  const messages = hello.sealed
    ? openMessages(bytes, { hello, secret: recorded.handshakeSecret })
    : plain(bytes);
  const message = messages?.find(({ type }) => type === CERTIFICATE);
  if (message === undefined) return null;
  return hello.sealed ? sealedList(message.body) : clearList(message.body);
}

interface TlsRecord {
  readonly type: number;
  readonly header: Buffer;
  readonly payload: Buffer;
}

interface Message {
  readonly type: number;
  readonly body: Buffer;
}

/** RFC 8446 §5.1; a record that did not come whole is left out. */
function records(bytes: Buffer): TlsRecord[] {
  const found: TlsRecord[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    const length = bytes.readUInt16BE(at + 3);
    if (at + 5 + length > bytes.length) break;
    found.push({
      type: bytes.readUInt8(at),
      header: bytes.subarray(at, at + 5),
      payload: bytes.subarray(at + 5, at + 5 + length),
    });
    at += 5 + length;
  }
  return found;
}

function messagesIn(stream: Buffer): Message[] {
  const found: Message[] = [];
  let at = 0;
  while (at + 4 <= stream.length) {
    const length = stream.readUIntBE(at + 1, 3);
    if (at + 4 + length > stream.length) break;
    found.push({ type: stream.readUInt8(at), body: stream.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return found;
}

/** Handshake messages in clear: those before the first record of another kind (ChangeCipherSpec, an alert, sealed data). */
function plain(bytes: Buffer): Message[] {
  const all = records(bytes);
  const end = all.findIndex(({ type }) => type !== HANDSHAKE);
  return messagesIn(Buffer.concat(all.slice(0, end === -1 ? undefined : end).map(({ payload }) => payload)));
}

interface ServerHello {
  readonly suite: number;
  /** TLS 1.3: all that follows is sealed. */
  readonly sealed: boolean;
}

/** The one that counts: a HelloRetryRequest has the form of a ServerHello, and another one follows it (RFC 8446 §4.1.4). */
function lastServerHello(bytes: Buffer): ServerHello | null {
  const clear = records(bytes).filter(({ type }) => type === HANDSHAKE);
  const hello = messagesIn(Buffer.concat(clear.map(({ payload }) => payload))).findLast(
    ({ type }) => type === SERVER_HELLO,
  );
  if (hello === undefined) return null;
  const { body } = hello;
  // version (2), random (32), session id (1 + n), cipher suite (2), compression (1), extensions (2 + n)
  const afterSession = 35 + (body.at(34) ?? 0);
  if (body.length < afterSession + 3) return null;
  const extensions = body.subarray(afterSession + 5);
  return { suite: body.readUInt16BE(afterSession), sealed: selectedVersion(extensions) === TLS_1_3 };
}

function selectedVersion(extensions: Buffer): number | null {
  let at = 0;
  while (at + 4 <= extensions.length) {
    const length = extensions.readUInt16BE(at + 2);
    if (extensions.readUInt16BE(at) === SUPPORTED_VERSIONS && length === 2 && at + 6 <= extensions.length)
      return extensions.readUInt16BE(at + 4);
    at += 4 + length;
  }
  return null;
}

interface Suite {
  readonly cipher: CipherGCMTypes | 'chacha20-poly1305';
  readonly keyBytes: number;
  readonly hash: 'sha256' | 'sha384';
}

/** RFC 8446 §B.4. */
const SUITES: ReadonlyMap<number, Suite> = new Map([
  [0x1301, { cipher: 'aes-128-gcm', keyBytes: 16, hash: 'sha256' }],
  [0x1302, { cipher: 'aes-256-gcm', keyBytes: 32, hash: 'sha384' }],
  [0x1303, { cipher: 'chacha20-poly1305', keyBytes: 32, hash: 'sha256' }],
]);

/** What the server sealed with its handshake key, up to the first record that does not open: from there on another key is in use. */
function openMessages(
  bytes: Buffer,
  by: { readonly hello: ServerHello; readonly secret: Uint8Array | null },
): Message[] | null {
  const suite = SUITES.get(by.hello.suite);
  if (suite === undefined || by.secret === null) return null;
  const key = expandLabel(suite, { secret: by.secret, label: 'key', length: suite.keyBytes });
  const iv = expandLabel(suite, { secret: by.secret, label: 'iv', length: 12 });
  const opened: Buffer[] = [];
  for (const [sequence, record] of records(bytes)
    .filter(({ type }) => type === APPLICATION_DATA)
    .entries()) {
    const inner = openRecord(record, { cipher: suite.cipher, key, iv, sequence });
    if (inner?.type !== HANDSHAKE) break;
    opened.push(inner.content);
  }
  return messagesIn(Buffer.concat(opened));
}

/** HKDF-Expand-Label (RFC 8446 §7.1) of an empty context; never longer than the hash, so one block of HKDF-Expand. */
function expandLabel(
  suite: Suite,
  of: { readonly secret: Uint8Array; readonly label: string; readonly length: number },
): Buffer {
  const label = Buffer.from(`tls13 ${of.label}`, 'latin1');
  const info = Buffer.concat([Buffer.from([0, of.length, label.length]), label, Buffer.from([0])]);
  const block = createHmac(suite.hash, of.secret)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest();
  return block.subarray(0, of.length);
}

interface RecordKey {
  readonly cipher: Suite['cipher'];
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly sequence: number;
}

const TAG_BYTES = 16;

/** RFC 8446 §5.2, §5.3: the nonce is the IV with the record's number, the header is authenticated, the true type stands last. */
function openRecord(record: TlsRecord, by: RecordKey): { type: number; content: Buffer } | null {
  if (record.payload.length < TAG_BYTES) return null;
  const nonce = Buffer.from(by.iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ by.sequence) >>> 0, 8);
  const sealed = record.payload.subarray(0, -TAG_BYTES);
  const decipher = createDecipheriv(by.cipher as CipherGCMTypes, by.key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(record.payload.subarray(-TAG_BYTES));
  decipher.setAAD(record.header);
  let inner: Buffer;
  try {
    inner = Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    return null; // sealed with another key
  }
  let end = inner.length;
  while (end > 0 && inner[end - 1] === 0) end -= 1;
  return end === 0 ? null : { type: inner.readUInt8(end - 1), content: inner.subarray(0, end - 1) };
}

/** RFC 5246 §7.4.2. */
function clearList(body: Buffer): Uint8Array[] | null {
  return body.length < 3 ? null : certificates(body.subarray(3), 0);
}

/** RFC 8446 §4.4.2: a context in front of the list, extensions after each certificate. */
function sealedList(body: Buffer): Uint8Array[] | null {
  const start = 1 + (body.at(0) ?? 0) + 3;
  return body.length < start ? null : certificates(body.subarray(start), 2);
}

function certificates(list: Buffer, extensionLengthBytes: 0 | 2): Uint8Array[] | null {
  const found: Uint8Array[] = [];
  let at = 0;
  while (at + 3 <= list.length && found.length < MAX_CERTIFICATES) {
    const end = at + 3 + list.readUIntBE(at, 3);
    if (end + extensionLengthBytes > list.length) return null;
    found.push(new Uint8Array(list.subarray(at + 3, end)));
    at = end + (extensionLengthBytes === 0 ? 0 : 2 + list.readUInt16BE(end));
  }
  return found;
}
