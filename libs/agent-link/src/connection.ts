import { randomBytes as secureRandomBytes, type KeyObject } from 'node:crypto';
import { WebSocket, type ClientOptions } from 'ws';
import {
  AGENT_PATH,
  challenge as challengeSchema,
  CLOSE_CODES,
  MAX_HANDSHAKE_FRAME_BYTES,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  welcome as welcomeSchema,
  type Challenge,
  type SectionDigests,
  type Welcome,
} from '@trustfleet/protocol';
import {
  createFrameOpener,
  createFrameSealer,
  deriveSessionKeys,
  formatAgentAuthorization,
  keyPairFromSeed,
  parseJson,
  signHello,
  verifyChallenge,
  verifyServerTime,
} from '@trustfleet/signing';
import { parseRetryAfter } from './backoff.ts';
import { ConnectFailure, describeNetworkError, quoted } from './failure.ts';
import { FrameReader } from './frame-reader.ts';
import { pinnedKeySet, serverKeys } from './pinned-keys.ts';
import { openTls, type TlsPeer } from './tls.ts';
import type { AgentIdentity, HelloFacts, LinkLimits } from './types.ts';

/** ws ends a connection that does not answer a close frame after this. */
const CLOSE_TIMEOUT_MS = 2_000;

export interface ConnectRequest {
  readonly identity: AgentIdentity;
  /** The host's Ed25519 private key. */
  readonly key: KeyObject;
  readonly facts: HelloFacts;
  readonly sections: SectionDigests;
  readonly limits: LinkLimits;
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
  readonly signal: AbortSignal;
}

/** A proved connection: the server's signature, the session keys and the signed time are checked. */
export interface Connection {
  readonly ws: WebSocket;
  /** Frames that came after the `welcome`. */
  readonly frames: FrameReader;
  readonly welcome: Welcome;
  readonly seal: (json: string) => string;
  readonly open: (frame: Uint8Array) => Uint8Array | null;
  /** Digests that the hello carried. */
  readonly announced: SectionDigests;
  /** The certificate seen is not the one that the server says it serves. */
  readonly interception: boolean;
  /** Why OpenSSL did not accept the certificate under the pinned CA; null when it did. */
  readonly tlsProblem: string | null;
  readonly seenIssuer: string;
}

/** TLS, upgrade, challenge, hello, welcome. Rejects with `ConnectFailure`; leaves nothing open then. */
export async function connectToServer(request: ConnectRequest): Promise<Connection> {
  const { identity, limits, signal } = request;
  const peer = await openTls({
    address: identity.address,
    ca: identity.caCertificate,
    timeoutMs: limits.connectTimeoutMs,
    signal,
  });
  const ws = openSocket(peer, request);
  const frames = new FrameReader(ws);
  const abort = (): void => {
    ws.terminate();
  };
  const timer = setTimeout(abort, limits.handshakeTimeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await upgraded(ws, identity);
    return await prove({ request, peer, ws, frames });
  } catch (error) {
    ws.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function openSocket(peer: TlsPeer, { identity, limits }: ConnectRequest): WebSocket {
  const url = new URL(AGENT_PATH, identity.address);
  url.protocol = 'wss:';
  // @types/ws does not know closeTimeout yet (ws 8.19).
  const options: ClientOptions & { readonly closeTimeout: number } = {
    // The connection that was looked at, and no other.
    createConnection: () => peer.socket,
    headers: { authorization: formatAgentAuthorization(identity.hostId, identity.secret) },
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    maxFragments: 1024,
    maxBufferedChunks: 4096,
    handshakeTimeout: limits.handshakeTimeoutMs,
    followRedirects: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  return new WebSocket(url, SUBPROTOCOL, options);
}

function upgraded(ws: WebSocket, identity: AgentIdentity): Promise<void> {
  const { host } = new URL(identity.address);
  return new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', (error) => {
      reject(new ConnectFailure('unreachable', describeNetworkError(host, error)));
    });
    ws.once('unexpected-response', (outgoing, response) => {
      reject(refusal(host, response.statusCode ?? 0, parseRetryAfter(response.headers['retry-after'])));
      outgoing.destroy();
    });
  });
}

function refusal(host: string, status: number, retryAfterMs: number | undefined): ConnectFailure {
  if (status === 401) {
    const words = `${host} does not know this host any more (401): it was removed or re-enrolled. Enrol this machine again with a new token.`;
    return new ConnectFailure('refusedCredentials', words, retryAfterMs);
  }
  if (status === 429 || status === 503) {
    return new ConnectFailure(
      'serverBusy',
      `${host} asks to come back later (HTTP ${status}).`,
      retryAfterMs,
    );
  }
  return new ConnectFailure(
    'unreachable',
    `${host} answered HTTP ${status} instead of a WebSocket: is this the agent port, or does a proxy answer?`,
  );
}

interface Proving {
  readonly request: ConnectRequest;
  readonly peer: TlsPeer;
  readonly ws: WebSocket;
  readonly frames: FrameReader;
}

async function prove({ request, peer, ws, frames }: Proving): Promise<Connection> {
  const { identity } = request;
  const challenge = checkChallenge(await handshakeFrame(frames), request, peer);
  const ephemeral = keyPairFromSeed('x25519', (request.randomBytes ?? secureRandomBytes)(32));
  const content = {
    type: 'hello' as const,
    protocol: PROTOCOL_VERSION,
    hostId: identity.hostId,
    ...request.facts,
    keySet: pinnedKeySet(identity).version,
    sections: request.sections,
    ephemeralKey: ephemeral.publicKey,
    certificate: peer.certificateSha256,
  };
  const hello = signHello(content, challenge, request.key);
  const keys = deriveSessionKeys({
    challenge,
    hello,
    ownKey: ephemeral.privateKey,
    peerKey: challenge.ephemeralKey,
  });
  ws.send(JSON.stringify(hello));
  const open = createFrameOpener(keys.serverToAgent, 'serverToAgent');
  const welcome = checkWelcome(open(await handshakeFrame(frames)), identity);
  return {
    ws,
    frames,
    welcome,
    open,
    announced: request.sections,
    seal: createFrameSealer(keys.agentToServer, 'agentToServer'),
    interception: challenge.certificate !== peer.certificateSha256,
    tlsProblem: peer.problem,
    seenIssuer: peer.chain[0]?.issuer.replaceAll('\n', ', ') ?? '',
  };
}

async function handshakeFrame(frames: FrameReader): Promise<Uint8Array> {
  const frame = await frames.next();
  if (frame.kind === 'text' && frame.bytes.length <= MAX_HANDSHAKE_FRAME_BYTES) return frame.bytes;
  if (frame.kind === 'closed' && frame.code === CLOSE_CODES.handshakeFailed) {
    throw new ConnectFailure(
      'handshakeFailed',
      `The server refused this host’s handshake: ${quoted(frame.reason)}. If the machine was cloned or restored, enrol it again.`,
    );
  }
  const what =
    frame.kind === 'closed'
      ? `the connection ended (${frame.code})`
      : 'a frame came that does not belong there';
  throw new ConnectFailure('handshakeFailed', `The handshake was not finished: ${what}.`);
}

function checkChallenge(bytes: Uint8Array, { identity }: ConnectRequest, peer: TlsPeer): Challenge {
  const parsed = challengeSchema.safeParse(parseJson(bytes));
  if (!parsed.success || !serverKeys(identity).some((key) => verifyChallenge(parsed.data, key))) {
    const { host } = new URL(identity.address);
    const issuer = quoted(peer.chain[0]?.issuer.replaceAll('\n', ', ') ?? 'nobody');
    throw new ConnectFailure(
      'wrongServer',
      `${host} could not prove that it is the server this host was enrolled with (its certificate was issued by ${issuer}). ` +
        'Nothing was sent to it. Check the address; after a re-installed server, enrol again.',
    );
  }
  const { min, max } = parsed.data.protocol;
  if (PROTOCOL_VERSION < min || PROTOCOL_VERSION > max) {
    throw new ConnectFailure(
      'handshakeFailed',
      `The server speaks protocol ${min} to ${max}, this agent ${PROTOCOL_VERSION}: update the older one.`,
    );
  }
  return parsed.data;
}

function checkWelcome(json: Uint8Array | null, identity: AgentIdentity): Welcome {
  const parsed = welcomeSchema.safeParse(json === null ? undefined : parseJson(json));
  if (parsed.success && serverKeys(identity).some((key) => verifyServerTime(parsed.data, key)))
    return parsed.data;
  throw new ConnectFailure(
    'wrongServer',
    'The server’s welcome does not carry its keys: somebody on the path replays an older handshake. Nothing was sent to it.',
  );
}
