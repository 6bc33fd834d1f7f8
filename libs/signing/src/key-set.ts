import type { KeyObject } from 'node:crypto';
import {
  keySet,
  KEY_SET_PAYLOAD_TYPE,
  type DsseEnvelope,
  type KeyRole,
  type KeySet,
} from '@trustfleet/protocol';
import { dsseSign, dsseVerify } from './dsse.ts';
import { importPublicKey, KeyError, keyId } from './keys.ts';
import { canonicalBytes, readCanonical } from './signed-document.ts';

/** `notNewer`: not above the pinned version. `unusable`: signed, but nobody could go by it. */
export type KeySetRefusal =
  'wrongPayloadType' | 'badSignature' | 'malformed' | 'foreignFleet' | 'notNewer' | 'unusable';

export type OpenedKeySet =
  | { readonly ok: true; readonly keySet: KeySet }
  | { readonly ok: false; readonly reason: KeySetRefusal; readonly detail: string };

export interface OpenKeySetRequest {
  readonly envelope: DsseEnvelope;
  /** What the agent goes by now: the set that it pinned, or `keySetOfServerKey` when it never pinned one. */
  readonly pinned: KeySet;
}

/** Signs a key set with server keys (and, where the set before has approvers, theirs); throws when the set is unusable. */
export function signKeySet(content: KeySet, keys: readonly KeyObject[]): DsseEnvelope {
  const set = keySet.parse(content);
  const problem = whyUnusable(set);
  if (problem !== null) throw new KeyError(`This key set cannot be used: ${problem}`);
  return dsseSign({ payloadType: KEY_SET_PAYLOAD_TYPE, payload: canonicalBytes(set), keys });
}

/**
 * A newer key set than the pinned one. It must be signed by a server key of the pinned set and by one of its own (so that nobody
 * is told to follow a key whose owner is not there); where the pinned set has approvers, by `threshold` of them too: else whoever
 * owns the server could name approvers of his own (security.md, "owns the server and its database"). Versions may be skipped,
 * never lowered.
 */
export function openKeySet({ envelope, pinned }: OpenKeySetRequest): OpenedKeySet {
  const first = dsseVerify({
    envelope,
    payloadType: KEY_SET_PAYLOAD_TYPE,
    keys: keysFor(pinned, 'server'),
  });
  if (!first.ok) return refuse(first.reason, 'It is not signed by a server key that this host has pinned');
  const read = readCanonical(first.payload, keySet);
  if (!read.ok) return refuse('malformed', read.detail);
  const next = read.value;
  if (next.fleetId !== pinned.fleetId) {
    return refuse('foreignFleet', `It is for fleet ${next.fleetId}, this host belongs to ${pinned.fleetId}`);
  }
  if (next.version <= pinned.version) {
    return refuse('notNewer', `It has version ${next.version}, this host has version ${pinned.version}`);
  }
  const problem = whyUnusable(next);
  if (problem !== null) return refuse('unusable', problem);
  const missing = whoElseMustSign(envelope, { pinned, next });
  return missing === null ? { ok: true, keySet: next } : refuse('badSignature', missing);
}

/** What an agent goes by that has only the server key of its enrolment token: version 0, older than every real set. */
export function keySetOfServerKey(pinned: { readonly fleetId: string; readonly serverKey: string }): KeySet {
  const { fleetId, serverKey } = pinned;
  const key = { keyId: keyId(serverKey), publicKey: serverKey, roles: ['server' as const] };
  return { format: 1, fleetId, version: 0, threshold: 1, keys: [key] };
}

/** Public keys (raw, base64) that have this role; may be none for `approver`. */
export function keysFor(set: KeySet, role: KeyRole): string[] {
  return set.keys.filter(({ roles }) => roles.includes(role)).map(({ publicKey }) => publicKey);
}

function whoElseMustSign(
  envelope: DsseEnvelope,
  { pinned, next }: { pinned: KeySet; next: KeySet },
): string | null {
  const signedBy = (keys: readonly string[], threshold: number): boolean =>
    dsseVerify({ envelope, payloadType: KEY_SET_PAYLOAD_TYPE, keys, threshold }).ok;
  if (!signedBy(keysFor(next, 'server'), 1)) return 'It is not signed by a server key of its own';
  const approvers = keysFor(pinned, 'approver');
  if (approvers.length > 0 && !signedBy(approvers, pinned.threshold)) {
    return `It is not signed by ${pinned.threshold} of the approvers that this host has pinned`;
  }
  return null;
}

function whyUnusable(set: KeySet): string | null {
  const publicKeys = new Set(set.keys.map(({ publicKey }) => publicKey));
  if (publicKeys.size < set.keys.length) return 'it names one key twice';
  for (const key of set.keys) {
    const problem = whyBadKey(key);
    if (problem !== null) return problem;
  }
  if (keysFor(set, 'server').length === 0) return 'it has no server key';
  const approvers = keysFor(set, 'approver').length;
  if (approvers > 0 && approvers < set.threshold) {
    return `it asks for ${set.threshold} approvers and has ${approvers}`;
  }
  return null;
}

function whyBadKey(key: KeySet['keys'][number]): string | null {
  try {
    importPublicKey('ed25519', key.publicKey);
    return key.keyId === keyId(key.publicKey) ? null : 'a key id is not the SHA-256 of its key';
  } catch (error) {
    if (error instanceof KeyError) return error.message;
    throw error;
  }
}

function refuse(reason: KeySetRefusal, detail: string): OpenedKeySet {
  return { ok: false, reason, detail: `The key set was refused: ${detail}.` };
}
