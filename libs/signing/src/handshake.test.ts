import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFrameOpener,
  createFrameSealer,
  deriveSessionKeys,
  KeyError,
  keyPairFromSeed,
  openFrame,
  sealFrame,
  signChallenge,
  signHello,
  signServerTime,
  toBase64,
  verifyChallenge,
  verifyHello,
  verifyServerTime,
} from './index.ts';

const seed = (n: number) => Buffer.alloc(32, n);
const server = keyPairFromSeed('ed25519', seed(1));
const host = keyPairFromSeed('ed25519', seed(2));
const serverEphemeral = keyPairFromSeed('x25519', seed(3));
const agentEphemeral = keyPairFromSeed('x25519', seed(4));

const challengeContent = {
  type: 'challenge' as const,
  protocol: { min: 1, max: 1 },
  serverId: '11111111-1111-4111-8111-111111111111',
  nonce: toBase64(seed(7)),
  ephemeralKey: serverEphemeral.publicKey,
  certificate: 'a'.repeat(64),
};
const challenge = signChallenge(challengeContent, server.privateKey);
const helloContent = {
  type: 'hello' as const,
  protocol: 1,
  hostId: '22222222-2222-4222-8222-222222222222',
  agentVersion: '0.1.0',
  bootId: 'boot',
  capabilities: [],
  permits: ['trustStore.addAnchor'],
  allowListDigest: 'b'.repeat(64),
  instance: '01936f00-0000-7000-8000-00000000000a',
  keySet: 1,
  sections: { system: 'c'.repeat(64) },
  ephemeralKey: agentEphemeral.publicKey,
  certificate: 'a'.repeat(64),
};
const hello = signHello(helloContent, challenge, host.privateKey);
const agentKeys = () =>
  deriveSessionKeys({ challenge, hello, ownKey: agentEphemeral.privateKey, peerKey: challenge.ephemeralKey });
const serverKeys = () =>
  deriveSessionKeys({ challenge, hello, ownKey: serverEphemeral.privateKey, peerKey: hello.ephemeralKey });

describe('challenge and hello', () => {
  it('verify with the right keys', () => {
    expect(verifyChallenge(challenge, server.publicKey)).toBe(true);
    expect(verifyHello(hello, challenge, host.publicKey)).toBe(true);
    expect(verifyChallenge(challenge, host.publicKey)).toBe(false);
    expect(verifyHello(hello, challenge, server.publicKey)).toBe(false);
  });

  it.each([
    { nonce: toBase64(seed(8)) },
    { serverId: helloContent.hostId },
    { ephemeralKey: agentEphemeral.publicKey },
    { certificate: 'd'.repeat(64) },
    { protocol: { min: 1, max: 2 } },
    { later: true },
    { nonce: '\ud800' },
  ])('the challenge’s signature covers %j', (change) => {
    expect(verifyChallenge({ ...challenge, ...change }, server.publicKey)).toBe(false);
  });

  it.each([
    { protocol: 2 },
    { hostId: challengeContent.serverId },
    { permits: ['trustStore.addAnchor', 'x'] },
    { allowListDigest: 'e'.repeat(64) },
    { instance: '01936f00-0000-7000-8000-00000000000b' },
    { keySet: 2 },
    { sections: {} },
    { ephemeralKey: serverEphemeral.publicKey },
    { certificate: 'd'.repeat(64) },
    { bootId: 'x' },
    { later: true },
    { bootId: '\ud800' },
    { later: JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown },
  ])('the hello’s signature covers %j', (change) => {
    expect(verifyHello({ ...hello, ...change }, challenge, host.publicKey)).toBe(false);
  });

  it.each([
    { nonce: toBase64(seed(8)) },
    { certificate: 'd'.repeat(64) },
    { ephemeralKey: agentEphemeral.publicKey },
    { protocol: { min: 1, max: 9 } },
  ])('a hello answers one challenge only: not one with %j', (change) => {
    const second = signChallenge({ ...challengeContent, ...change }, server.privateKey);

    expect(verifyHello(hello, second, host.publicKey)).toBe(false);
  });

  it('is no signature of another kind: a challenge’s is none of a server time', () => {
    const time = { session: challengeContent.serverId, serverTime: '2026-11-22T00:00:00Z' };
    const signature = signServerTime(time, server.privateKey);

    expect(verifyServerTime({ ...time, serverTimeSignature: signature }, server.publicKey)).toBe(true);
    expect(
      verifyServerTime(
        { ...time, serverTime: '2026-11-23T00:00:00Z', serverTimeSignature: signature },
        server.publicKey,
      ),
    ).toBe(false);
    expect(
      verifyServerTime(
        { ...time, session: helloContent.hostId, serverTimeSignature: signature },
        server.publicKey,
      ),
    ).toBe(false);
    expect(verifyServerTime({ ...time, serverTimeSignature: challenge.signature }, server.publicKey)).toBe(
      false,
    );
  });
});

describe('session keys', () => {
  const bytes = (keys: ReturnType<typeof agentKeys>) =>
    [keys.agentToServer.export(), keys.serverToAgent.export()].map((k) => k.toString('hex'));

  it('are the same on both sides and differ by direction', () => {
    const [up, down] = bytes(agentKeys());

    expect(bytes(serverKeys())).toEqual([up, down]);
    expect(up).not.toBe(down);
  });

  it('depend on every byte of both halves', () => {
    const second = signHello({ ...helloContent, certificate: 'd'.repeat(64) }, challenge, host.privateKey);
    const other = deriveSessionKeys({
      challenge,
      hello: second,
      ownKey: agentEphemeral.privateKey,
      peerKey: challenge.ephemeralKey,
    });

    expect(bytes(other)).not.toEqual(bytes(agentKeys()));
  });

  // RFC 7748 §6.1: points of small order give an all-zero secret that everybody knows.
  it.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    'AA',
  ])('refuse the peer key %s', (point) => {
    const peerKey = toBase64(Buffer.from(point, 'hex'));

    expect(() => deriveSessionKeys({ challenge, hello, ownKey: agentEphemeral.privateKey, peerKey })).toThrow(
      KeyError,
    );
  });
});

describe('frames', () => {
  const key = agentKeys().agentToServer;
  const at = { key, direction: 'agentToServer' as const, counter: 0 };
  const open = (frame: string | Uint8Array, position = at) => {
    const json = openFrame(position, Buffer.from(frame));
    return json === null ? null : Buffer.from(json).toString();
  };

  it('come back as they went, in order', () => {
    const seal = createFrameSealer(key, 'agentToServer');
    const opener = createFrameOpener(key, 'agentToServer');

    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (json) => {
        expect(Buffer.from(opener(Buffer.from(seal(json)))!).toString()).toBe(json);
      }),
    );
  });

  it('are what the protocol says: MAC over context, direction, counter and bytes', () => {
    const head = Buffer.from('trustfleet-frame-v1\0\u0002\0\0\0\0\0\u0001\0\0', 'latin1');
    const mac = createHmac('sha256', key).update(head).update('{}').digest('base64url');

    expect(sealFrame({ key, direction: 'serverToAgent', counter: 65536 }, '{}')).toBe(`${mac}:{}`);
  });

  it('carry the HMAC of node:crypto, whatever the key, the place and the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 130 }),
        fc.nat(2 ** 31 - 1),
        fc.string({ unit: 'binary' }),
        (secret, counter, json) => {
          const secretKey = createSecretKey(secret);
          const head = Buffer.alloc(9);
          head.writeUInt8(1);
          head.writeBigUInt64BE(BigInt(counter), 1);
          const mac = createHmac('sha256', secretKey)
            .update('trustfleet-frame-v1\0')
            .update(head)
            .update(json)
            .digest('base64url');
          const frame = sealFrame({ key: secretKey, direction: 'agentToServer', counter }, json);
          expect(frame.slice(0, 43)).toBe(mac);
        },
      ),
    );
  });

  it('are refused when replayed, reordered, sent back or under another key', () => {
    const frame = sealFrame(at, '{}');

    expect(open(frame)).toBe('{}');
    expect(open(frame, { ...at, counter: 1 })).toBeNull();
    expect(openFrame({ ...at, direction: 'serverToAgent' }, Buffer.from(frame))).toBeNull();
    expect(open(frame, { ...at, key: agentKeys().serverToAgent })).toBeNull();
    const opener = createFrameOpener(key, 'agentToServer');
    expect(opener(Buffer.from(frame))).not.toBeNull();
    expect(opener(Buffer.from(frame))).toBeNull();
  });

  it('are refused when any one bit is changed', () => {
    const frame = Buffer.from(sealFrame(at, '{"type":"heartbeat"}'));

    fc.assert(
      fc.property(fc.nat(frame.length * 8 - 1), (bit) => {
        const altered = Buffer.from(frame);
        altered[bit >> 3]! ^= 1 << (bit & 7);

        expect(open(altered)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('hostile bytes are a no, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(openFrame(at, bytes)).toBeNull();
      }),
    );
    expect(open(`${'é'.repeat(21)}x:{}`)).toBeNull();
    expect(open('')).toBeNull();
  });
});
