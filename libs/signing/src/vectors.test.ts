import { readFileSync } from 'node:fs';
import type { Challenge, Hello, Job, JobEvent, KeySet, Order } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import * as signing from './index.ts';

interface Vectors {
  seeds: Record<'server' | 'host' | 'serverEphemeral' | 'agentEphemeral', string>;
  publicKeys: Record<string, string>;
  challenge: Challenge;
  hello: Hello;
  sessionKeys: Record<signing.Direction, string>;
  frames: { direction: signing.Direction; counter: number; json: string; frame: string }[];
  serverTime: { session: string; serverTime: string; serverTimeSignature: string };
  hosts: string[];
  order: { content: Order; envelope: ReturnType<typeof signing.signOrder> };
  job: { content: Job; envelope: ReturnType<typeof signing.signJob> };
  event: JobEvent;
  /** The second is signed by the keys of both: the host's seed stands in for the next server key. */
  keySets: Record<'first' | 'next', { content: KeySet; envelope: ReturnType<typeof signing.signKeySet> }>;
  enrolment: {
    token: string;
    content: Parameters<typeof signing.encodeEnrolmentToken>[0];
    proof: string;
    authorization: string;
    secretHash: string;
  };
}

// Every later release must still make and accept exactly these (protocol.md, "Rules" 6).
const vectors = JSON.parse(readFileSync(new URL('../vectors/v1.json', import.meta.url), 'utf8')) as Vectors;
const pair = (curve: signing.Curve, name: keyof Vectors['seeds']) =>
  signing.keyPairFromSeed(curve, Buffer.from(vectors.seeds[name], 'hex'));
const server = pair('ed25519', 'server');
const host = pair('ed25519', 'host');
const serverEphemeral = pair('x25519', 'serverEphemeral');
const agentEphemeral = pair('x25519', 'agentEphemeral');

describe('vectors of version 1', () => {
  it('keys', () => {
    const keys = { server, host, serverEphemeral, agentEphemeral };
    const publicKeys = Object.fromEntries(
      Object.entries(keys).map(([name, { publicKey }]) => [name, publicKey]),
    );

    expect(publicKeys).toEqual(vectors.publicKeys);
  });

  it('handshake', () => {
    const { challenge, hello } = vectors;

    expect(signing.signChallenge(challenge, server.privateKey)).toEqual(challenge);
    expect(signing.signHello(hello, challenge, host.privateKey)).toEqual(hello);
    expect(signing.verifyChallenge(challenge, server.publicKey)).toBe(true);
    expect(signing.verifyHello(hello, challenge, host.publicKey)).toBe(true);
    expect(signing.verifyServerTime(vectors.serverTime, server.publicKey)).toBe(true);
  });

  it('session keys and frames', () => {
    const { challenge, hello } = vectors;
    const keys = signing.deriveSessionKeys({
      challenge,
      hello,
      ownKey: serverEphemeral.privateKey,
      peerKey: agentEphemeral.publicKey,
    });

    for (const direction of ['agentToServer', 'serverToAgent'] as const) {
      expect(keys[direction].export().toString('hex')).toBe(vectors.sessionKeys[direction]);
    }
    for (const { frame, json, ...position } of vectors.frames) {
      const at = { key: keys[position.direction], ...position };
      expect(signing.sealFrame(at, json)).toBe(frame);
      expect(Buffer.from(signing.openFrame(at, Buffer.from(frame))!).toString()).toBe(json);
    }
  });

  it('order, job, event', () => {
    const { order, job, event } = vectors;
    const opened = signing.openOrder({
      envelope: order.envelope,
      keys: [server.publicKey],
      fleetId: order.content.fleetId,
    });

    expect(signing.signOrder(order.content, [server.privateKey])).toEqual(order.envelope);
    expect(signing.signJob(job.content, server.privateKey)).toEqual(job.envelope);
    expect(opened).toMatchObject({ ok: true, value: order.content });
    expect(
      signing.openJob({
        envelope: job.envelope,
        keys: [server.publicKey],
        order: order.content,
        hostId: vectors.hosts[0]!,
      }),
    ).toMatchObject({ ok: true, value: job.content });
    expect(signing.verifyJobEvent(event, host.publicKey)).toBe(true);
  });

  it('key sets', () => {
    const { first, next } = vectors.keySets;
    const { fleetId } = first.content;
    const token = signing.keySetOfServerKey({ fleetId, serverKey: server.publicKey });
    const both = [server.privateKey, host.privateKey];

    expect(signing.signKeySet(first.content, [server.privateKey])).toEqual(first.envelope);
    expect(signing.signKeySet(next.content, both)).toEqual(next.envelope);
    expect(signing.openKeySet({ envelope: first.envelope, pinned: token })).toEqual({
      ok: true,
      keySet: first.content,
    });
    expect(signing.openKeySet({ envelope: next.envelope, pinned: first.content })).toEqual({
      ok: true,
      keySet: next.content,
    });
  });

  it('enrolment', () => {
    const { token, content, proof, authorization, secretHash } = vectors.enrolment;
    const { fleetId, secret } = content;

    expect(signing.encodeEnrolmentToken(content)).toBe(token);
    expect(signing.decodeEnrolmentToken(token)).toEqual(content);
    expect(signing.verifyEnrolment({ fleetId, secret, publicKey: host.publicKey }, proof)).toBe(true);
    expect(signing.parseAgentAuthorization(authorization)).toEqual({ hostId: vectors.hosts[0], secret });
    expect(signing.hashAgentSecret(secret)).toBe(secretHash);
  });
});
