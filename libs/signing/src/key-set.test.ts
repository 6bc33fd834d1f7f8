import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_SET_PAYLOAD_TYPE, ORDER_PAYLOAD_TYPE, type KeyRole, type KeySet } from '@trustfleet/protocol';
import {
  canonicalJson,
  dsseSign,
  KeyError,
  keyId,
  keyPairFromSeed,
  keysFor,
  keySetOfServerKey,
  openKeySet,
  signKeySet,
  toBase64,
  type KeyPair,
} from './index.ts';

const fleetId = '11111111-1111-4111-8111-111111111111';
const pair = (n: number): KeyPair => keyPairFromSeed('ed25519', Buffer.alloc(32, n));
const [first, second, ann, bob, stranger] = [1, 2, 3, 4, 5].map(pair) as [
  KeyPair,
  KeyPair,
  KeyPair,
  KeyPair,
  KeyPair,
];
const entry = ({ publicKey }: KeyPair, ...roles: KeyRole[]): KeySet['keys'][number] => ({
  keyId: keyId(publicKey),
  publicKey,
  roles,
});
const set = (version: number, keys: KeySet['keys'], threshold = 1): KeySet => ({
  format: 1,
  fleetId,
  version,
  threshold,
  keys,
});
const token = keySetOfServerKey({ fleetId, serverKey: first.publicKey });
const one = set(1, [entry(first, 'server')]);
const turned = set(2, [entry(second, 'server')]);
const approved = set(2, [entry(first, 'server'), entry(ann, 'approver'), entry(bob, 'approver')], 2);
const open = (pinned: KeySet, next: KeySet, ...signers: KeyPair[]) =>
  openKeySet({
    pinned,
    envelope: signKeySet(
      next,
      signers.map(({ privateKey }) => privateKey),
    ),
  });

describe('a key set', () => {
  it.each<[string, KeySet, KeySet, KeyPair[]]>([
    ['the first one, by the server key of the token', token, one, [first]],
    ['a later one as the first, where the key is still the same', token, { ...one, version: 7 }, [first]],
    ['a new server key, signed by both', one, turned, [first, second]],
    ['approvers, named for the first time by the server', one, approved, [first]],
    [
      'other approvers, when enough of those before agree',
      approved,
      { ...one, version: 3 },
      [first, ann, bob],
    ],
  ])('is taken: %s', (...[, pinned, next, signers]) => {
    expect(open(pinned, next, ...signers)).toEqual({ ok: true, keySet: next });
  });

  it.each<[string, string, KeySet, KeySet, KeyPair[]]>([
    ['a stranger’s', 'badSignature', token, one, [stranger]],
    ['signed by the new key alone', 'badSignature', one, turned, [second]],
    ['signed by the old key alone', 'badSignature', one, turned, [first]],
    ['the same version', 'notNewer', one, one, [first]],
    ['an older version', 'notNewer', turned, { ...one, keys: turned.keys }, [second]],
    ['another fleet’s', 'foreignFleet', one, { ...turned, fleetId: stranger.publicKey }, [first, second]],
    ['without the approvers', 'badSignature', approved, { ...one, version: 3 }, [first]],
    ['with too few approvers', 'badSignature', approved, { ...one, version: 3 }, [first, ann]],
    ['with one approver twice', 'badSignature', approved, { ...one, version: 3 }, [first, ann, ann]],
  ])('is refused: %s', (...[, reason, pinned, next, signers]) => {
    const content =
      next.fleetId === fleetId ? next : { ...next, fleetId: '22222222-2222-4222-8222-222222222222' };

    expect(open(pinned, content, ...signers)).toMatchObject({ ok: false, reason });
  });

  it.each<[string, KeySet]>([
    ['no server key', set(1, [entry(ann, 'approver')])],
    ['fewer approvers than it asks for', set(1, [entry(first, 'server'), entry(ann, 'approver')], 2)],
    ['one key twice', set(1, [entry(first, 'server'), entry(first, 'approver')])],
    ['a key id of another key', set(1, [{ ...entry(first, 'server'), keyId: keyId(ann.publicKey) }])],
    ['a key of small order', set(1, [entry({ ...first, publicKey: toBase64(Buffer.alloc(32)) }, 'server')])],
  ])('with %s is neither signed nor taken', (_, content) => {
    const envelope = dsseSign({
      payloadType: KEY_SET_PAYLOAD_TYPE,
      payload: Buffer.from(canonicalJson(content)),
      keys: [first.privateKey],
    });

    expect(() => signKeySet(content, [first.privateKey])).toThrow(KeyError);
    expect(openKeySet({ envelope, pinned: token })).toMatchObject({ ok: false, reason: 'unusable' });
  });

  it('is nothing else that the same key signed, and no second spelling of the same bytes', () => {
    const signed = (payloadType: string, text: string) =>
      dsseSign({ payloadType, payload: Buffer.from(text), keys: [first.privateKey] });

    expect(
      openKeySet({ envelope: signed(ORDER_PAYLOAD_TYPE, canonicalJson(one)), pinned: token }),
    ).toMatchObject({ reason: 'wrongPayloadType' });
    expect(
      openKeySet({ envelope: signed(KEY_SET_PAYLOAD_TYPE, ` ${canonicalJson(one)}`), pinned: token }),
    ).toMatchObject({ reason: 'malformed' });
  });

  it('lists its keys by role', () => {
    expect(keysFor(approved, 'server')).toEqual([first.publicKey]);
    expect(keysFor(approved, 'approver')).toEqual([ann.publicKey, bob.publicKey]);
    expect(keysFor(one, 'approver')).toEqual([]);
    expect(token.version).toBe(0);
  });

  it('never takes an agent back, whatever is offered in whatever order', () => {
    const offers = fc.array(fc.record({ version: fc.integer({ min: 1, max: 6 }), turn: fc.boolean() }));
    fc.assert(
      fc.property(offers, (list) => {
        let pinned = token;
        for (const { version, turn } of list) {
          const next = set(version, [entry(turn ? second : first, 'server')]);
          const opened = open(pinned, next, first, second);
          if (opened.ok) expect(opened.keySet.version).toBeGreaterThan(pinned.version);
          if (opened.ok) pinned = opened.keySet;
        }
      }),
    );
  });
});
