import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { AGENT_PATH, SUBPROTOCOL } from '@trustfleet/protocol';
import { agentSecretMatches, parseAgentAuthorization } from '@trustfleet/signing';
import { TokenBucket } from './token-bucket.ts';
import type { HostCredentials, HostDirectory, HubLimits } from './types.ts';

/** What a refused upgrade is told. `silent`: one of a flood, not worth a line in a log. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 429 | 503;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
  readonly silent?: boolean;
}

export type Admission =
  | {
      readonly ok: true;
      readonly hostId: string;
      readonly credentials: HostCredentials;
      /** Of the secret that was let in: one of the two that the credentials hold. */
      readonly secretHash: string;
    }
  | { readonly ok: false; readonly refusal: Refusal };

export interface GateOptions {
  readonly hosts: HostDirectory;
  readonly limits: HubLimits;
  readonly now: () => number;
  readonly isClosing: () => boolean;
  readonly handshakesOf: (hostId: string) => number;
  /** In [0, 1): spreads those who are told to come back. */
  readonly random: () => number;
}

const STATUS_TEXT = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
} as const;

/** Seconds over which agents that were told 503 come back. */
const RETRY_SPREAD_SECONDS = 15;

/**
 * The first gate (protocol.md, "Identity"): everything here is memory and one SHA-256, so that a stranger costs nothing.
 * Good secrets are never held back by the refusals of others behind the same address.
 */
export function createGate(options: GateOptions): (request: IncomingMessage) => Admission {
  const { limits, now } = options;
  const upgrades = new TokenBucket(
    { perSecond: limits.upgradesPerSecond, burst: limits.upgradeBurst },
    now(),
  );
  const refusals = new Map<string, TokenBucket>();

  const refuse = (status: Refusal['status'], reason: string, more: Partial<Refusal> = {}): Admission => ({
    ok: false,
    refusal: { status, reason, ...more },
  });

  const refuseStranger = (address: string): Admission => {
    let bucket = refusals.get(address);
    if (bucket === undefined) {
      const [oldest] = refusals.keys();
      if (refusals.size >= limits.maxRefusalAddresses && oldest !== undefined) refusals.delete(oldest);
      bucket = new TokenBucket({ perSecond: limits.refusalsPerSecond, burst: limits.refusalBurst }, now());
      refusals.set(address, bucket);
    }
    if (bucket.take(now())) return refuse(401, 'unknown host or wrong secret');
    return refuse(429, 'too many refused upgrades from this address', {
      retryAfterSeconds: 60,
      silent: true,
    });
  };

  const retryLater = (): number => 1 + Math.floor(options.random() * RETRY_SPREAD_SECONDS);

  const identify = (
    request: IncomingMessage,
  ): { hostId: string; credentials: HostCredentials; secretHash: string } | undefined => {
    const claim = parseAgentAuthorization(request.headers.authorization ?? '');
    if (claim === null) return undefined;
    const credentials = options.hosts.find(claim.hostId);
    const hashes = [credentials?.secretHash, credentials?.nextSecretHash ?? undefined];
    // Both are compared in any case: how long it takes tells nobody what there is.
    const [secretHash] = hashes.filter((hash) => agentSecretMatches(claim.secret, hash));
    return credentials === undefined || secretHash === undefined
      ? undefined
      : { hostId: claim.hostId, credentials, secretHash };
  };

  return (request) => {
    const wrong = wrongRequest(request);
    if (wrong !== undefined) return { ok: false, refusal: wrong };
    const host = identify(request);
    if (host === undefined) return refuseStranger(request.socket.remoteAddress ?? '');
    if (options.isClosing())
      return refuse(503, 'the server is restarting', { retryAfterSeconds: retryLater() });
    if (options.handshakesOf(host.hostId) >= limits.maxHandshakesPerHost) {
      return refuse(429, 'too many unfinished handshakes of this host', { retryAfterSeconds: 10 });
    }
    if (!upgrades.take(now())) {
      return refuse(503, 'too many agents connect at once', {
        retryAfterSeconds: retryLater(),
        silent: true,
      });
    }
    return { ok: true, ...host };
  };
}

function wrongRequest(request: IncomingMessage): Refusal | undefined {
  if (request.url !== AGENT_PATH) return { status: 404, reason: 'no such path' };
  // Browsers always send Origin on a WebSocket upgrade and agents never do, so a page can never reach this socket
  // with somebody's credentials (cross-site hijack, MeshCentral CVE-2024-26135).
  if (request.headers.origin !== undefined) return { status: 403, reason: 'browsers are not served here' };
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL))
    return { status: 400, reason: `subprotocol ${SUBPROTOCOL} is required` };
  return undefined;
}

/** Answers a refused upgrade and ends the connection. */
export function answerRefusal(socket: Duplex, refusal: Refusal): void {
  const lines = [
    `HTTP/1.1 ${refusal.status} ${STATUS_TEXT[refusal.status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(refusal.reason)}`,
    ...(refusal.retryAfterSeconds === undefined ? [] : [`Retry-After: ${refusal.retryAfterSeconds}`]),
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${refusal.reason}`, () => {
    socket.destroy();
  });
}
