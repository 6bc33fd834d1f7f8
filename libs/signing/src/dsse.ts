import type { KeyObject } from 'node:crypto';
import type { DsseEnvelope } from '@trustfleet/protocol';
import { fromBase64, toBase64 } from './digest.ts';
import { exportPublicKey, keyId, signBytes, verifyBytes } from './keys.ts';

/** DSSE v1 pre-authentication encoding: `DSSEv1 <len(type)> <type> <len(body)> <body>`, lengths in bytes. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

export interface DsseSignRequest {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** Ed25519 private keys; one signature each. */
  readonly keys: readonly KeyObject[];
}

/** Signs `payload`; `keyid` is `keyId` of the public half. */
export function dsseSign(request: DsseSignRequest): DsseEnvelope {
  const encoded = preAuthenticationEncoding(request.payloadType, request.payload);
  const signatures = request.keys.map((key) => ({
    keyid: keyId(exportPublicKey(key)),
    sig: signBytes(key, encoded),
  }));
  return { payloadType: request.payloadType, payload: toBase64(request.payload), signatures };
}

export interface DsseVerifyRequest {
  readonly envelope: DsseEnvelope;
  /** The type that the caller expects; the envelope's own is never believed. */
  readonly payloadType: string;
  /** Public keys that may sign this, raw base64. */
  readonly keys: readonly string[];
  /** Different keys that must have signed; default 1. */
  readonly threshold?: number;
}

export type DsseResult =
  | { readonly ok: true; readonly payload: Uint8Array; readonly signers: readonly string[] }
  | { readonly ok: false; readonly reason: 'wrongPayloadType' | 'malformed' | 'badSignature' };

/**
 * The payload's bytes when at least `threshold` different keys signed them. `signers` are their public keys. Key ids are
 * only hints (DSSE protocol, "keyid"): a signature is tried with every key, and a key counts once.
 */
export function dsseVerify(request: DsseVerifyRequest): DsseResult {
  const { envelope, payloadType, keys, threshold = 1 } = request;
  if (threshold < 1) throw new RangeError('At least one signature is needed');
  if (envelope.payloadType !== payloadType) return { ok: false, reason: 'wrongPayloadType' };
  const payload = fromBase64(envelope.payload);
  if (payload === null) return { ok: false, reason: 'malformed' };
  const encoded = preAuthenticationEncoding(payloadType, payload);
  const signers = [...new Set(keys)].filter((key) =>
    envelope.signatures.some(({ sig }) => verifyBytes(key, encoded, sig)),
  );
  return signers.length >= threshold ? { ok: true, payload, signers } : { ok: false, reason: 'badSignature' };
}
