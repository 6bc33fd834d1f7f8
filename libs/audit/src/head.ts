import type { AuditHead } from '@trustfleet/api';
import type { KeyObject } from 'node:crypto';
import { exportPublicKey, signBytes, verifyBytes } from '@trustfleet/signing';

/** The end of a fleet's chain at a time (RFC 3339). */
export interface HeadFacts {
  readonly fleetId: string;
  /** 0 with 64 zeros: nothing was recorded yet. */
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
}

/** The bytes that the signature is over, as libs/api `auditHead` says. */
function headBytes({ fleetId, seq, hash, at }: HeadFacts): Uint8Array {
  return Buffer.from(`trustfleet-audit-head-v1\n${fleetId}\n${seq}\n${hash}\n${at}`, 'utf8');
}

/** The signed head: who keeps it can later tell that entries were taken off the end. */
export function signAuditHead(facts: HeadFacts, serverKey: KeyObject): AuditHead {
  const { fleetId, seq, hash, at } = facts;
  return {
    head: {
      fleetId,
      seq,
      hash,
      at,
      serverKey: exportPublicKey(serverKey),
      signature: signBytes(serverKey, headBytes(facts)),
    },
  };
}

export type HeadResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether the key that is trusted for this fleet signed it. `trusted`: what an earlier export or an agent pinned. */
export function verifyAuditHead(
  { head }: AuditHead,
  trusted: { readonly serverKey: string; readonly fleetId: string },
): HeadResult {
  if (head.fleetId !== trusted.fleetId) return { ok: false, reason: 'the head is that of another fleet' };
  if (head.serverKey !== trusted.serverKey)
    return { ok: false, reason: 'the head is signed by another key than the one that is trusted' };
  return verifyBytes(trusted.serverKey, headBytes(head), head.signature)
    ? { ok: true }
    : { ok: false, reason: 'the signature of the head is wrong' };
}
