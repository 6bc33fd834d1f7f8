import { createHash } from 'node:crypto';
import { KeystoreError, type Keystore, type KeystoreEntry } from './keystore.ts';

const PRIVATE_KEY = 1;
const TRUSTED = 2;
const DIGEST_BYTES = 20;
const MAX_ENTRIES = 5000;

/**
 * JKS, versions 1 and 2 (JDK, sun.security.provider.JavaKeyStore): certificates lie open in it, a keyed digest stands at its end.
 * Java reads a trust store without a password and then does not look at the digest. Throws {@link KeystoreError}.
 */
export function parseJks(bytes: Buffer, password: string): Keystore {
  const reader = new Reader(bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES)));
  reader.uint32();
  const version = reader.uint32();
  if (version !== 1 && version !== 2) throw new KeystoreError(`a JKS of version ${version}`);
  const count = reader.uint32();
  if (count > MAX_ENTRIES) throw new KeystoreError(`${count} entries`);
  const entries: KeystoreEntry[] = [];
  for (let index = 0; index < count; index += 1) entries.push(...readEntry(reader, version));
  if (!reader.atEnd) throw new KeystoreError('there is something behind its last entry');
  const digest = createHash('sha1')
    .update(Buffer.from(password, 'utf16le').swap16())
    .update('Mighty Aphrodite')
    .update(reader.bytes)
    .digest();
  return { format: 'JKS', entries, opens: digest.equals(bytes.subarray(-DIGEST_BYTES)), encrypted: 0 };
}

/** Nothing for a private key without certificates; of its chain only the first is trusted (JDK, TrustStoreUtil). */
function readEntry(reader: Reader, version: number): KeystoreEntry[] {
  const tag = reader.uint32();
  const alias = reader.text();
  reader.take(8);
  if (tag === TRUSTED) return [{ alias, kind: 'trusted', der: readCertificate(reader, version) }];
  if (tag !== PRIVATE_KEY) throw new KeystoreError(`an entry of kind ${tag}`);
  reader.take(reader.uint32());
  const chain = reader.uint32();
  if (chain > MAX_ENTRIES) throw new KeystoreError(`a chain of ${chain} certificates`);
  const certificates = Array.from({ length: chain }, () => readCertificate(reader, version));
  const [der] = certificates;
  return der === undefined ? [] : [{ alias, kind: 'key', der }];
}

function readCertificate(reader: Reader, version: number): Uint8Array {
  if (version === 2) {
    const type = reader.text();
    if (type !== 'X.509') throw new KeystoreError(`a certificate of type ${type.slice(0, 40)}`);
  }
  return new Uint8Array(reader.take(reader.uint32()));
}

class Reader {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.bytes.length) throw new KeystoreError(`it is cut short at byte ${this.#at}`);
    const taken = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  /** Modified UTF-8 (java.io.DataInput); what is not UTF-8 in it is shown as such. */
  text(): string {
    return this.take(this.take(2).readUInt16BE()).toString('utf8');
  }
}
