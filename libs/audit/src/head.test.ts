import { auditHead } from '@trustfleet/api';
import { keyPairFromSeed, signBytes } from '@trustfleet/signing';
import { describe, expect, it } from 'vitest';
import { signAuditHead, verifyAuditHead } from './head.ts';

const KEY = keyPairFromSeed('ed25519', new Uint8Array(32).fill(1));
const OTHER = keyPairFromSeed('ed25519', new Uint8Array(32).fill(2));
const FACTS = {
  fleetId: '01890000-0000-7000-8000-000000000000',
  seq: 7,
  hash: 'a'.repeat(64),
  at: '2026-11-22T09:00:00.000Z',
};
const TRUSTED = { serverKey: KEY.publicKey, fleetId: FACTS.fleetId };

describe('a signed head', () => {
  const signed = signAuditHead(FACTS, KEY.privateKey);

  it('has the shape of the API and the signature over its text', () => {
    expect(auditHead.parse(signed)).toEqual(signed);
    const text = `trustfleet-audit-head-v1\n${FACTS.fleetId}\n7\n${FACTS.hash}\n${FACTS.at}`;
    expect(signed.head.signature).toBe(signBytes(KEY.privateKey, Buffer.from(text)));
    expect(verifyAuditHead(signed, TRUSTED)).toEqual({ ok: true });
  });

  it.each([
    ['number', { seq: 6 }],
    ['hash', { hash: 'b'.repeat(64) }],
    ['time', { at: '2026-11-22T09:00:00.001Z' }],
    ['signature', { signature: 'AAAA' }],
    ['fleet', { fleetId: '01890000-0000-7000-8000-000000000001' }],
    ['key', { serverKey: OTHER.publicKey }],
  ])('with another %s is refused', (_name, change) => {
    expect(verifyAuditHead({ head: { ...signed.head, ...change } }, TRUSTED).ok).toBe(false);
  });

  it('that another key signed well is refused', () => {
    expect(verifyAuditHead(signAuditHead(FACTS, OTHER.privateKey), TRUSTED).ok).toBe(false);
  });
});
