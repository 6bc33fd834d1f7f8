import { createHash, createSecretKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import type { Challenge, Hello, Welcome } from '@trustfleet/protocol';
import { bytesUnderSignature, canonicalJson, signedBytes } from './canonical-json.ts';
import { sha256Hex } from './digest.ts';
import { importPublicKey, KeyError, signBytes, verifyBytes } from './keys.ts';

/*
 * challenge  signed by the server over every member of it: protocol range, server id, nonce, its ephemeral X25519 key,
 *            SHA-256 of the TLS certificate it serves.
 * hello      signed by the host over the digest of the signed challenge and every member of hello: chosen protocol, host
 *            id, its ephemeral key, SHA-256 of the TLS certificate it saw. So it covers both halves, and answers one challenge only.
 * keys       HKDF-SHA-256(X25519 secret, salt = digest of challenge and hello with their signatures): whoever replays one
 *            half lacks the ephemeral private key and cannot write the first frame.
 */

const CHALLENGE_CONTEXT = 'trustfleet-challenge-v1\n';
const HELLO_CONTEXT = 'trustfleet-hello-v1\n';
const KEYS_CONTEXT = 'trustfleet-session-v1';

export type UnsignedChallenge = Omit<Challenge, 'signature'>;
export type UnsignedHello = Omit<Hello, 'signature'>;

/** Fills in `signature`. The nonce (32 random bytes) and the ephemeral key come from the caller. */
export function signChallenge(content: UnsignedChallenge, serverKey: KeyObject): Challenge {
  return {
    ...content,
    signature: signBytes(serverKey, signedBytes(CHALLENGE_CONTEXT, content)),
  } as Challenge;
}

/** `serverKey`: the pinned public key, raw base64. */
export function verifyChallenge(challenge: Challenge, serverKey: string): boolean {
  const bytes = bytesUnderSignature(CHALLENGE_CONTEXT, challenge);
  return bytes !== undefined && verifyBytes(serverKey, bytes, challenge.signature);
}

/** `challenge` as it was received and verified. */
export function signHello(content: UnsignedHello, challenge: Challenge, hostKey: KeyObject): Hello {
  return {
    ...content,
    signature: signBytes(hostKey, signedBytes(helloContext(challenge), content)),
  } as Hello;
}

/** `challenge` as this server sent it on this very socket: a hello for another one does not verify. */
export function verifyHello(hello: Hello, challenge: Challenge, hostKey: string): boolean {
  const bytes = bytesUnderSignature(helloContext(challenge), hello);
  return bytes !== undefined && verifyBytes(hostKey, bytes, hello.signature);
}

/** One key a direction, for `createFrameSealer` and `createFrameOpener`. */
export interface SessionKeys {
  readonly agentToServer: KeyObject;
  readonly serverToAgent: KeyObject;
}

export interface SessionKeysRequest {
  readonly challenge: Challenge;
  readonly hello: Hello;
  /** This side's ephemeral X25519 private key. */
  readonly ownKey: KeyObject;
  /** The other side's ephemeral public key: `hello.ephemeralKey` at the server, `challenge.ephemeralKey` at the agent. */
  readonly peerKey: string;
}

/** Both sides get the same keys. Throws `KeyError` for a peer key that is none or leads to a known secret (RFC 7748 §6.1). */
export function deriveSessionKeys(request: SessionKeysRequest): SessionKeys {
  const secret = sharedSecret(request.ownKey, request.peerKey);
  const salt = createHash('sha256')
    .update(canonicalJson(request.challenge))
    .update('\n')
    .update(canonicalJson(request.hello))
    .digest();
  const bytes = Buffer.from(hkdfSync('sha256', secret, salt, KEYS_CONTEXT, 64));
  return {
    agentToServer: createSecretKey(bytes.subarray(0, 32)),
    serverToAgent: createSecretKey(bytes.subarray(32)),
  };
}

/** `serverTimeSignature` of a `welcome`: Ed25519 over `session\nserverTime`. */
export function signServerTime(time: Pick<Welcome, 'session' | 'serverTime'>, serverKey: KeyObject): string {
  return signBytes(serverKey, timeBytes(time));
}

export function verifyServerTime(
  time: Pick<Welcome, 'session' | 'serverTime' | 'serverTimeSignature'>,
  serverKey: string,
): boolean {
  return verifyBytes(serverKey, timeBytes(time), time.serverTimeSignature);
}

function timeBytes(time: Pick<Welcome, 'session' | 'serverTime'>): Uint8Array {
  return Buffer.from(`${time.session}\n${time.serverTime}`, 'utf8');
}

function helloContext(challenge: Challenge): string {
  return `${HELLO_CONTEXT}${sha256Hex(canonicalJson(challenge))}\n`;
}

function sharedSecret(ownKey: KeyObject, peerKey: string): Buffer {
  const publicKey = importPublicKey('x25519', peerKey);
  try {
    return diffieHellman({ privateKey: ownKey, publicKey });
  } catch (error) {
    // OpenSSL refuses an all-zero result, which only a point of small order gives.
    throw new KeyError('The ephemeral key of the other side is not usable', { cause: error });
  }
}
