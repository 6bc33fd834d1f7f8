import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  agentMessage,
  challenge as challengeSchema,
  hello as helloSchema,
  serverMessage,
} from '@trustfleet/protocol';
import {
  deriveSessionKeys,
  keyPairFromSeed,
  openFrame,
  sealFrame,
  verifyChallenge,
  verifyHello,
  verifyServerTime,
} from './index.ts';

/*
 * One frame of every message of version 1, recorded from a session of the real agent link with the real hub
 * (libs/agent-link/src/testing/record-fixtures.ts). They stay as they are: every later release must still open and parse them
 * (protocol.md, "Rules" 6). That they are handled too is tested in libs/agent-link and libs/agent-hub.
 */
const DIRECTORY = new URL('../../protocol/fixtures/v1/', import.meta.url);

interface Recorded {
  readonly direction: 'agentToServer' | 'serverToAgent';
  readonly counter: number | null;
  readonly frame: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), 'utf8'));
const names = readdirSync(DIRECTORY).map((file) => file.replace('.json', ''));
const recorded = (name: string): Recorded => read(name) as Recorded;
const session = read('session') as Record<'agentEphemeralSeed' | 'serverPublicKey' | 'hostPublicKey', string>;
const typesOf = (union: { options: readonly { shape: { type: { value: string } } }[] }): string[] =>
  union.options.map(({ shape }) => shape.type.value);

const challenge = challengeSchema.parse(JSON.parse(recorded('challenge').frame));
const hello = helloSchema.parse(JSON.parse(recorded('hello').frame));
const keys = deriveSessionKeys({
  challenge,
  hello,
  ownKey: keyPairFromSeed('x25519', Buffer.from(session.agentEphemeralSeed, 'hex')).privateKey,
  peerKey: challenge.ephemeralKey,
});

function open({ direction, counter, frame }: Recorded): { type?: unknown } {
  const json = openFrame({ key: keys[direction], direction, counter: counter ?? 0 }, Buffer.from(frame));
  return json === null ? {} : (JSON.parse(Buffer.from(json).toString('utf8')) as { type: string });
}

describe('a session recorded from version 1', () => {
  it('has a frame of every message of both directions and of the handshake', () => {
    const types = [...typesOf(agentMessage), ...typesOf(serverMessage), 'challenge', 'hello', 'session'];

    expect(names.sort()).toEqual(types.sort());
  });

  it('has a handshake whose signatures verify', () => {
    expect(verifyChallenge(challenge, session.serverPublicKey)).toBe(true);
    expect(verifyHello(hello, challenge, session.hostPublicKey)).toBe(true);
    const welcome = open(recorded('welcome')) as Parameters<typeof verifyServerTime>[0];
    expect(verifyServerTime(welcome, session.serverPublicKey)).toBe(true);
  });

  it.each([
    ...typesOf(agentMessage).map((name) => [name, agentMessage] as const),
    ...typesOf(serverMessage).map((name) => [name, serverMessage] as const),
  ])('%s opens in its place, and says what it said', (name, schema) => {
    const { direction, counter, frame } = recorded(name);
    const content = open(recorded(name));
    const key = keys[direction];

    expect(content.type).toBe(name);
    expect(schema.parse(content)).toEqual(content);
    expect(sealFrame({ key, direction, counter: counter ?? 0 }, frame.slice(44))).toBe(frame);
    expect(openFrame({ key, direction, counter: (counter ?? 0) + 1 }, Buffer.from(frame))).toBeNull();
  });
});
