import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { fromBase64, sha256Hex, toBase64 } from './digest.ts';

/** A key was not what it should be. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** RFC 8410 §7 and §4: the DER that stands before the 32 bytes of a private or public key of each curve. */
const DER_PREFIX = {
  ed25519: {
    private: Buffer.from('302e020100300506032b657004220420', 'hex'),
    public: Buffer.from('302a300506032b6570032100', 'hex'),
  },
  x25519: {
    private: Buffer.from('302e020100300506032b656e04220420', 'hex'),
    public: Buffer.from('302a300506032b656e032100', 'hex'),
  },
} as const;
export type Curve = keyof typeof DER_PREFIX;

const KEY_BYTES = 32;

/**
 * Ed25519 points of small order, in every encoding that decoders take for them (without the sign bit): under such a
 * "key" one signature fits many messages. Computed from the curve's equation; RFC 8032 §5.1 leaves the check to the protocol.
 */
const SMALL_ORDER_POINTS = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** A private key with its public half, raw 32 bytes in base64. */
export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** The key pair of a 32-byte seed (RFC 8032 §5.1.5, RFC 7748 §5). The caller brings the randomness and keeps the seed. */
export function keyPairFromSeed(curve: Curve, seed: Uint8Array): KeyPair {
  if (seed.length !== KEY_BYTES)
    throw new KeyError(`A ${curve} seed has ${KEY_BYTES} bytes, not ${seed.length}`);
  const der = Buffer.concat([DER_PREFIX[curve].private, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: exportPublicKey(createPublicKey(privateKey)) };
}

/** Raw 32 bytes of an Ed25519 or X25519 public (or private: its public half) key, base64. */
export function exportPublicKey(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  const der = half.export({ format: 'der', type: 'spki' });
  if (der.length !== DER_PREFIX.ed25519.public.length + KEY_BYTES)
    throw new KeyError('Not an Ed25519 or X25519 key');
  return toBase64(der.subarray(-KEY_BYTES));
}

/** Throws `KeyError` for anything but 32 bytes in base64, and for Ed25519 points of small order. */
export function importPublicKey(curve: Curve, publicKey: string): KeyObject {
  return createPublicKey(derOf(curve, publicKey));
}

/** As `createPublicKey` and `verify` take it. Throws as `importPublicKey`. */
function derOf(curve: Curve, publicKey: string): { key: Buffer; format: 'der'; type: 'spki' } {
  const raw = fromBase64(publicKey);
  if (raw?.length !== KEY_BYTES) throw new KeyError(`A ${curve} public key is ${KEY_BYTES} bytes in base64`);
  if (curve === 'ed25519' && isSmallOrder(raw))
    throw new KeyError('This Ed25519 public key is a point of small order');
  return { key: Buffer.concat([DER_PREFIX[curve].public, raw]), format: 'der', type: 'spki' };
}

function isSmallOrder(raw: Uint8Array): boolean {
  const withoutSign = Buffer.from(raw);
  withoutSign[KEY_BYTES - 1] = (withoutSign[KEY_BYTES - 1] ?? 0) & 0x7f;
  return SMALL_ORDER_POINTS.has(withoutSign.toString('hex'));
}

/** Name of a public key: SHA-256 of its raw bytes, lower-case hex. Used as DSSE `keyid`. */
export function keyId(publicKey: string): string {
  const raw = fromBase64(publicKey);
  if (raw === null) throw new KeyError('A public key is written in base64');
  return sha256Hex(raw);
}

/** Ed25519 (RFC 8032) signature in base64. */
export function signBytes(privateKey: KeyObject, bytes: Uint8Array): string {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new KeyError('Signing needs an Ed25519 private key');
  return toBase64(sign(null, bytes, privateKey));
}

/** False for a wrong signature, a malformed one and a malformed key alike: what a stranger sends is never an exception. */
export function verifyBytes(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  const raw = fromBase64(signature);
  if (raw?.length !== 64) return false;
  let key: ReturnType<typeof derOf>;
  try {
    key = derOf('ed25519', publicKey);
  } catch (error) {
    if (error instanceof KeyError) return false;
    throw error;
  }
  // Not imported first: a key object's native memory waits for the garbage collector, which knows nothing of its size.
  return verify(null, bytes, key, raw);
}
