import type { Duplex } from 'node:stream';
import type { KeyObject } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import {
  CLOSE_CODES,
  hello as helloSchema,
  PROTOCOL_VERSION,
  type Challenge,
  type CloseCode,
  type Hello,
} from '@trustfleet/protocol';
import {
  deriveSessionKeys,
  KeyError,
  keyPairFromSeed,
  parseJson,
  signChallenge,
  toBase64,
  verifyHello,
  type KeyPair,
  type SessionKeys,
} from '@trustfleet/signing';
import type { HostCredentials, HubClock, HubLimits } from './types.ts';

export interface HandshakeOptions {
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly hostId: string;
  readonly credentials: HostCredentials;
  readonly serverId: string;
  readonly certificateSha256: string;
  readonly signingKey: KeyObject;
  readonly limits: HubLimits;
  readonly clock: HubClock;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly onProved: (proved: Proved) => void;
  readonly onError: (error: unknown) => void;
  /** Called once, also when the peer just leaves (`lost`). */
  readonly onFailed: (failure: { readonly code: CloseCode | 'lost'; readonly reason: string }) => void;
}

export interface Proved {
  readonly hello: Hello;
  readonly challenge: Challenge;
  readonly keys: SessionKeys;
}

/** The second gate: sends the challenge, takes one hello within the limits of time and size. Returns how to give up. */
export function startHandshake(options: HandshakeOptions): { readonly abort: () => void } {
  const { ws, socket, limits } = options;
  const ephemeral = keyPairFromSeed('x25519', options.randomBytes(32));
  const challenge = makeChallenge(options, ephemeral);
  let received = 0;

  const finish = (): void => {
    cancelTimeout();
    socket.off('data', onData);
    ws.off('message', onMessage);
    ws.off('close', onClose);
  };
  const fail = (code: CloseCode | 'lost', reason: string): void => {
    finish();
    options.onFailed({ code, reason });
  };
  // Bytes, not messages: without it an unproved peer could make the server hold a frame of 1 MiB.
  const onData = (chunk: Buffer): void => {
    received += chunk.length;
    if (received > limits.maxHandshakeBytes)
      fail(CLOSE_CODES.tooLarge, 'more than a handshake before the handshake');
  };
  const onMessage = (data: RawData, isBinary: boolean): void => {
    if (isBinary || !Buffer.isBuffer(data)) {
      fail(CLOSE_CODES.protocolError, 'the hello is text');
      return;
    }
    let checked: Checked;
    try {
      checked = checkHello(data, options, { challenge, ephemeral });
    } catch (error) {
      // An error of ours: thrown on, it would end this process and with it everybody's connection.
      options.onError(error);
      fail(CLOSE_CODES.internalError, 'an error of the server');
      return;
    }
    if (!checked.ok) {
      fail(checked.code, checked.reason);
      return;
    }
    finish();
    options.onProved(checked.proved);
  };
  const onClose = (): void => {
    fail('lost', 'the peer left during the handshake');
  };

  const cancelTimeout = options.clock.after(limits.handshakeTimeoutMs, () => {
    fail(CLOSE_CODES.handshakeTimeout, `no hello within ${limits.handshakeTimeoutMs} ms`);
  });
  // Before ws looks at the chunk.
  socket.prependListener('data', onData);
  ws.on('message', onMessage);
  ws.on('close', onClose);
  ws.send(JSON.stringify(challenge));
  return { abort: finish };
}

function makeChallenge(options: HandshakeOptions, ephemeral: KeyPair): Challenge {
  const content = {
    type: 'challenge' as const,
    protocol: { min: PROTOCOL_VERSION, max: PROTOCOL_VERSION },
    serverId: options.serverId,
    nonce: toBase64(options.randomBytes(32)),
    ephemeralKey: ephemeral.publicKey,
    certificate: options.certificateSha256,
  };
  return signChallenge(content, options.signingKey);
}

type Checked =
  | { readonly ok: true; readonly proved: Proved }
  | { readonly ok: false; readonly code: CloseCode; readonly reason: string };

function checkHello(
  data: Buffer,
  options: HandshakeOptions,
  own: { challenge: Challenge; ephemeral: KeyPair },
): Checked {
  const parsed = helloSchema.safeParse(parseJson(data));
  if (!parsed.success) return { ok: false, code: CLOSE_CODES.policyViolation, reason: 'not a hello' };
  const { challenge, ephemeral } = own;
  const hello = parsed.data;
  const wrong = (reason: string): Checked => ({ ok: false, code: CLOSE_CODES.handshakeFailed, reason });
  if (hello.hostId !== options.hostId) return wrong('the hello names another host than the secret');
  if (hello.protocol < challenge.protocol.min || hello.protocol > challenge.protocol.max)
    return wrong('no common protocol version');
  if (!verifyHello(hello, challenge, options.credentials.publicKey))
    return wrong('the hello is not signed by this host for this challenge');
  const keys = sessionKeys({ challenge, hello, ownKey: ephemeral.privateKey, peerKey: hello.ephemeralKey });
  return keys === undefined
    ? wrong('the ephemeral key is not usable')
    : { ok: true, proved: { hello, challenge, keys } };
}

function sessionKeys(request: Parameters<typeof deriveSessionKeys>[0]): SessionKeys | undefined {
  try {
    return deriveSessionKeys(request);
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}
