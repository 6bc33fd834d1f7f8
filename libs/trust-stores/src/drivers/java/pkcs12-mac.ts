import { createHash, createHmac } from 'node:crypto';
import { children, content, objectIdentifier, type DerElement } from '@trustfleet/certificates';

/** Digest of DigestInfo, with the block size that appendix B of RFC 7292 needs. */
const DIGESTS: Readonly<Record<string, { readonly name: string; readonly block: number }>> = {
  '1.3.14.3.2.26': { name: 'sha1', block: 64 },
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', block: 64 },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', block: 128 },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', block: 128 },
};
/** Of the kind of key that a MAC needs (RFC 7292 §B.3). */
const MAC_KEY = 3;
/** JDKs ask for 10,000, older ones for 100,000; a hostile file may ask for hours. */
const MAX_ITERATIONS = 200_000;
/** JDKs and OpenSSL take 8 to 20. */
const MAX_SALT_BYTES = 1024;

/** MacData ::= SEQUENCE { mac DigestInfo, macSalt OCTET STRING, iterations INTEGER DEFAULT 1 } (RFC 7292 §4). False for what it does not know. */
export function macMatches(of: { mac: DerElement; safe: Uint8Array; password: string }): boolean {
  const [info, saltElement, iterationsElement] = children(of.mac);
  const [algorithm, expected] = info === undefined ? [] : children(info);
  const [identifier] = algorithm === undefined ? [] : children(algorithm);
  if (identifier === undefined || expected === undefined || saltElement === undefined) return false;
  const digest = DIGESTS[objectIdentifier(identifier)];
  const iterations = iterationsElement === undefined ? 1 : integer(iterationsElement);
  if (digest === undefined || iterations > MAX_ITERATIONS) return false;
  if (content(saltElement).length > MAX_SALT_BYTES) return false;
  const key = deriveKey({ digest, salt: content(saltElement), iterations, password: of.password });
  return createHmac(digest.name, key).update(of.safe).digest().equals(content(expected));
}

function integer(element: DerElement): number {
  return content(element).reduce((value, byte) => value * 256 + byte, 0);
}

/** RFC 7292 §B.2 for one key of the digest's length: then step 6 is one round and I is not changed. */
function deriveKey(from: {
  digest: { name: string; block: number };
  salt: Uint8Array;
  iterations: number;
  password: string;
}): Buffer {
  const { digest, salt, iterations } = from;
  const password = Buffer.from(`${from.password}\0`, 'utf16le').swap16();
  const diversifier = Buffer.alloc(digest.block, MAC_KEY);
  let value = Buffer.concat([diversifier, repeat(salt, digest.block), repeat(password, digest.block)]);
  for (let round = 0; round < iterations; round += 1) value = createHash(digest.name).update(value).digest();
  return value;
}

function repeat(bytes: Uint8Array, block: number): Buffer {
  const length = block * Math.ceil(bytes.length / block);
  return Buffer.from(Array.from({ length }, (_, index) => bytes[index % bytes.length] ?? 0));
}
