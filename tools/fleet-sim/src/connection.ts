import { randomBytes, type KeyObject } from 'node:crypto';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { parseRetryAfter } from '@trustfleet/agent-link';
import {
  AGENT_PATH,
  challenge as challengeSchema,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  welcome as welcomeSchema,
  type Hello,
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
import { WebSocket, type ClientOptions } from 'ws';
import type { SimHost, SimServer } from './identity.ts';

const HANDSHAKE_LIMIT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** The server said no before the upgrade, or could not be reached; `retryAfterMs` is its own wish. */
export class ConnectRefused extends Error {
  override readonly name = 'ConnectRefused';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, answer: { status?: number; retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.status = answer.status;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** What all agents of one process share: parsing the CA for each of thousands would cost more than the agents. */
export interface SharedTls {
  readonly server: SimServer;
  readonly context: SecureContext;
}

export function shareTls(server: SimServer): SharedTls {
  return { server, context: createSecureContext({ ca: server.caCertificate, minVersion: 'TLSv1.2' }) };
}

/** A proved connection, as libs/agent-link makes it: the signatures, the session keys and the signed time are checked. */
export interface SimConnection {
  readonly ws: WebSocket;
  readonly welcome: Welcome;
  readonly seal: (json: string) => string;
  readonly open: (frame: Uint8Array) => Uint8Array | null;
  /** Hands over every frame after the `welcome`, also those that came with it, and the end. Once. */
  readonly listen: (
    onFrame: (frame: Buffer) => void,
    onClose: (code: number, reason: string) => void,
  ) => void;
}

export interface ConnectOptions {
  readonly tls: SharedTls;
  readonly host: SimHost;
  readonly key: KeyObject;
  readonly hello: Pick<Hello, 'instance' | 'permits'>;
  readonly sections: SectionDigests;
}

/** TLS against the fleet CA, upgrade, challenge, hello, welcome. */
export async function connectAgent(options: ConnectOptions): Promise<SimConnection> {
  const ws = openSocket(options.tls, formatAgentAuthorization(options.host.hostId, options.host.secret));
  const frames = firstFrames(ws);
  const timer = setTimeout(() => {
    ws.terminate();
  }, HANDSHAKE_LIMIT_MS);
  try {
    return await prove(ws, frames, options);
  } catch (error) {
    ws.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A socket to the agent port, verified against the fleet CA. */
export function openSocket({ server, context }: SharedTls, authorization: string): WebSocket {
  const url = new URL(AGENT_PATH, server.address);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port === '' ? '443' : url.port);
  url.protocol = 'wss:';
  // @types/ws does not know closeTimeout yet (ws 8.19).
  const options: ClientOptions & { readonly closeTimeout: number } = {
    createConnection: () => connect({ host, port, secureContext: context, servername: '' }),
    headers: { authorization },
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_LIMIT_MS,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  return new WebSocket(url, SUBPROTOCOL, options);
}

interface FirstFrames {
  /** Rejects with `ConnectRefused` when the connection does not come or ends. */
  readonly next: () => Promise<Buffer>;
  readonly listen: SimConnection['listen'];
}

/** Frames one by one until the handshake is done, then handed over. */
function firstFrames(ws: WebSocket): FirstFrames {
  const waiting: Buffer[] = [];
  let wake: (() => void) | undefined;
  let failure: ConnectRefused | undefined;
  const fail = (reason: ConnectRefused): void => {
    failure ??= reason;
    wake?.();
  };
  const onMessage = (data: Buffer): void => {
    waiting.push(data);
    wake?.();
  };
  const onClose = (code: number, reason: Buffer): void => {
    fail(new ConnectRefused(`The connection ended with ${code} ${reason.toString('utf8')}`));
  };
  ws.on('message', onMessage);
  ws.on('close', onClose);
  // Kept for good: what follows an error is a close.
  ws.on('error', (error) => {
    fail(new ConnectRefused(error.message));
  });
  ws.once('unexpected-response', (request, response) => {
    const status = response.statusCode ?? 0;
    fail(
      new ConnectRefused(`The server answered HTTP ${status}`, {
        status,
        retryAfterMs: parseRetryAfter(response.headers['retry-after']),
      }),
    );
    request.destroy();
  });
  return {
    next: async () => {
      while (waiting.length === 0 && failure === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const frame = waiting.shift();
      if (frame !== undefined) return frame;
      throw failure ?? new ConnectRefused('The connection ended');
    },
    listen: (onFrame, onEnd) => {
      ws.off('message', onMessage);
      ws.off('close', onClose);
      for (const frame of waiting.splice(0)) onFrame(frame);
      ws.on('message', onFrame);
      if (ws.readyState === WebSocket.CLOSED) onEnd(1006, '');
      else
        ws.once('close', (code, reason) => {
          onEnd(code, reason.toString('utf8'));
        });
    },
  };
}

function seenCertificate(ws: WebSocket): string {
  const socket = (ws as unknown as { readonly _socket: TLSSocket })._socket;
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
  return fingerprint.replaceAll(':', '').toLowerCase();
}

async function prove(
  ws: WebSocket,
  frames: FirstFrames,
  { tls, host, key, hello, sections }: ConnectOptions,
): Promise<SimConnection> {
  const challenge = challengeSchema.parse(parseJson(await frames.next()));
  if (!verifyChallenge(challenge, tls.server.serverKey))
    throw new ConnectRefused('This is not the server of these hosts: its challenge is not signed by its key');
  const ephemeral = keyPairFromSeed('x25519', randomBytes(32));
  const content = {
    type: 'hello' as const,
    protocol: PROTOCOL_VERSION,
    hostId: host.hostId,
    agentVersion: '0.1.0-sim',
    bootId: 'sim',
    // The fleet's first: a host that has an older one would be sent it at each hello.
    keySet: 1,
    capabilities: [],
    allowListDigest: '0'.repeat(64),
    ...hello,
    permits: [...hello.permits],
    sections,
    ephemeralKey: ephemeral.publicKey,
    certificate: seenCertificate(ws),
  };
  const signed = signHello(content, challenge, key);
  const keys = deriveSessionKeys({
    challenge,
    hello: signed,
    ownKey: ephemeral.privateKey,
    peerKey: challenge.ephemeralKey,
  });
  ws.send(JSON.stringify(signed));
  const open = createFrameOpener(keys.serverToAgent, 'serverToAgent');
  const json = open(await frames.next());
  const welcome = json === null ? undefined : welcomeSchema.parse(parseJson(json));
  if (welcome === undefined || !verifyServerTime(welcome, tls.server.serverKey))
    throw new ConnectRefused('The welcome does not carry the server’s keys');
  return {
    ws,
    welcome,
    open,
    seal: createFrameSealer(keys.agentToServer, 'agentToServer'),
    listen: frames.listen,
  };
}
