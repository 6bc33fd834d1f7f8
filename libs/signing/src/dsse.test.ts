import { describe, expect, it } from 'vitest';
import { dsseSign, dsseVerify, keyPairFromSeed, preAuthenticationEncoding, toBase64 } from './index.ts';

const [a, b, c] = [1, 2, 3].map((n) => keyPairFromSeed('ed25519', Buffer.alloc(32, n))) as [
  ReturnType<typeof keyPairFromSeed>,
  ReturnType<typeof keyPairFromSeed>,
  ReturnType<typeof keyPairFromSeed>,
];
const payload = Buffer.from('{"a":1}');
const type = 'application/x';

describe('DSSE', () => {
  it('encodes as the specification does, lengths in bytes', () => {
    const encode = (t: string, p: string) =>
      Buffer.from(preAuthenticationEncoding(t, Buffer.from(p))).toString();

    // secure-systems-lab/dsse protocol.md, test vectors
    expect(encode('http://example.com/HelloWorld', 'hello world')).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
    expect(encode('', '')).toBe('DSSEv1 0  0 ');
    expect(encode('é', '한')).toBe('DSSEv1 2 é 3 한');
  });

  it('gives back the payload and who signed it', () => {
    const envelope = dsseSign({ payloadType: type, payload, keys: [a.privateKey, b.privateKey] });
    const result = dsseVerify({ envelope, payloadType: type, keys: [b.publicKey, c.publicKey] });

    expect(result).toMatchObject({ ok: true, signers: [b.publicKey] });
    expect(result.ok && Buffer.from(result.payload).toString()).toBe('{"a":1}');
  });

  it('counts a key once, however often it signed or is listed', () => {
    const envelope = dsseSign({ payloadType: type, payload, keys: [a.privateKey, a.privateKey] });

    expect(
      dsseVerify({ envelope, payloadType: type, keys: [a.publicKey, a.publicKey, b.publicKey], threshold: 2 })
        .ok,
    ).toBe(false);
    const both = dsseSign({ payloadType: type, payload, keys: [a.privateKey, b.privateKey] });
    expect(
      dsseVerify({ envelope: both, payloadType: type, keys: [a.publicKey, b.publicKey], threshold: 2 }).ok,
    ).toBe(true);
    expect(() => dsseVerify({ envelope, payloadType: type, keys: [], threshold: 0 })).toThrow(RangeError);
  });

  it('takes the key id for a hint and the type for a claim', () => {
    const envelope = dsseSign({ payloadType: type, payload, keys: [a.privateKey] });
    const renamed = {
      ...envelope,
      signatures: envelope.signatures.map((s) => ({ ...s, keyid: 'anything' })),
    };

    expect(dsseVerify({ envelope: renamed, payloadType: type, keys: [a.publicKey] }).ok).toBe(true);
    expect(dsseVerify({ envelope, payloadType: 'application/y', keys: [a.publicKey] })).toEqual({
      ok: false,
      reason: 'wrongPayloadType',
    });
    const retyped = { ...envelope, payloadType: 'application/y' };
    expect(dsseVerify({ envelope: retyped, payloadType: 'application/y', keys: [a.publicKey] })).toEqual({
      ok: false,
      reason: 'badSignature',
    });
  });

  it('refuses other bytes, other keys, and base64 that is not exact', () => {
    const envelope = dsseSign({ payloadType: type, payload, keys: [a.privateKey] });
    const verify = (change: object) =>
      dsseVerify({ envelope: { ...envelope, ...change }, payloadType: type, keys: [a.publicKey] });

    expect(verify({ payload: toBase64(Buffer.from('{"a":2}')) })).toEqual({
      ok: false,
      reason: 'badSignature',
    });
    expect(verify({ payload: '!' })).toEqual({ ok: false, reason: 'malformed' });
    expect(verify({ signatures: [] })).toEqual({ ok: false, reason: 'badSignature' });
    expect(dsseVerify({ envelope, payloadType: type, keys: [b.publicKey] })).toEqual({
      ok: false,
      reason: 'badSignature',
    });
  });
});
