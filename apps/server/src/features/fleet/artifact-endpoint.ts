import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ArtifactRepository } from '@trustfleet/database';
import { ARTIFACT_PATH, sha256Hex } from '@trustfleet/protocol';
import { agentSecretMatches, parseAgentAuthorization } from '@trustfleet/signing';
import type { Logger } from '../../logging/logger.ts';
import { RequestLimiter } from './request-limiter.ts';

/** So much of an artifact is in memory for each that is being sent. */
const SLICE_BYTES = 1024 * 1024;
/** What is sent at a time; more are told to come back, each by its own jitter. */
const AT_ONCE = 16;
const AT_ONCE_PER_HOST = 2;
/** Whoever takes nothing for so long, or is not done by then, gives its turn to others: an agent goes on where it has the bytes. */
const STALL_MS = 60_000;
const LONGEST_MS = 15 * 60_000;
/** Wrong secrets that one address may try in a minute. */
const REFUSALS_PER_MINUTE = 30;

export interface ArtifactEndpointParts {
  readonly hosts: {
    find(
      hostId: string,
    ): { readonly secretHash: string; readonly nextSecretHash?: string | null } | undefined;
  };
  readonly artifacts: Pick<ArtifactRepository, 'sizeFor' | 'slice'>;
  readonly logger: Logger;
  /** Of one answer, in milliseconds; tests shorten them. */
  readonly limits?: { readonly stallMs: number; readonly longestMs: number };
}

interface Refusal {
  readonly status: 401 | 403 | 404 | 405 | 416 | 429 | 503;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * `GET /artifacts/<SHA-256>` on the agents' port, with the secret of the upgrade (protocol.md, "Identity"): only a host that has an open
 * job whose order names the artifact is given it. Null for a request that is none of these.
 */
export function artifactListener(
  parts: ArtifactEndpointParts,
): (...of: Parameters<RequestListener>) => boolean {
  const limiter = new RequestLimiter({ perMinute: REFUSALS_PER_MINUTE, addresses: 10_000 });
  const sending = new Map<string, number>();

  const admit = (request: IncomingMessage): { readonly hostId: string } | Refusal => {
    // Browsers are not served here (see the gate of the hub).
    if (request.headers.origin !== undefined) return { status: 403 };
    if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
    const hostId = hostOf(request, parts.hosts);
    if (hostId === null)
      return limiter.admit(request.socket.remoteAddress ?? '', performance.now())
        ? { status: 401 }
        : { status: 429, headers: { 'retry-after': '60' } };
    const all = [...sending.values()].reduce((sum, count) => sum + count, 0);
    const busy = all >= AT_ONCE || (sending.get(hostId) ?? 0) >= AT_ONCE_PER_HOST;
    return busy ? { status: 503, headers: { 'retry-after': '5' } } : { hostId };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const admitted = admit(request);
    if ('status' in admitted) {
      refuse(response, admitted);
      return;
    }
    const { hostId } = admitted;
    sending.set(hostId, (sending.get(hostId) ?? 0) + 1);
    try {
      await send(parts, { request, response, hostId });
    } finally {
      const left = (sending.get(hostId) ?? 1) - 1;
      if (left === 0) sending.delete(hostId);
      else sending.set(hostId, left);
    }
  };

  return (request, response) => {
    if (request.url?.startsWith(ARTIFACT_PATH) !== true) return false;
    serve(request, response).catch((error: unknown) => {
      parts.logger.error({ err: error }, 'an artifact could not be sent');
      if (response.headersSent) response.destroy();
      else refuse(response, { status: 503, headers: { 'retry-after': '30' } });
    });
    return true;
  };
}

/** Whose secret it is; null for a stranger's. */
function hostOf({ headers }: IncomingMessage, hosts: ArtifactEndpointParts['hosts']): string | null {
  const claim = parseAgentAuthorization(headers.authorization ?? '');
  const known = claim === null ? undefined : hosts.find(claim.hostId);
  const hashes = [known?.secretHash, known?.nextSecretHash ?? undefined];
  // Both are compared in any case: how long it takes tells nobody what there is.
  const right = hashes.filter((hash) => agentSecretMatches(claim?.secret ?? '', hash));
  return claim !== null && right.length > 0 ? claim.hostId : null;
}

function refuse(response: ServerResponse, { status, headers = {} }: Refusal): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    connection: 'close',
    'content-length': 0,
    ...headers,
  });
  response.end();
}

interface Sending {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly hostId: string;
}

async function send({ artifacts, limits }: ArtifactEndpointParts, sending: Sending): Promise<void> {
  const { request, response, hostId } = sending;
  endInTime(response, limits);
  const sha256 = sha256Hex.safeParse(request.url?.slice(ARTIFACT_PATH.length)).data ?? '';
  const size = sha256 === '' ? null : await artifacts.sizeFor(hostId, sha256);
  const begin = beginOf(request.headers.range);
  if (size === null) {
    refuse(response, { status: 404 });
    return;
  }
  if (begin === null || begin >= size) {
    refuse(response, { status: 416, headers: { 'content-range': `bytes */${size}` } });
    return;
  }
  writeHead(sending, { begin, size });
  for (let at = begin; at < size && !response.destroyed; at += SLICE_BYTES) {
    const slice = await artifacts.slice(sha256, { from: at, length: SLICE_BYTES });
    if (!response.write(slice)) await drained(response);
  }
  response.end();
}

function writeHead({ request, response }: Sending, { begin, size }: { begin: number; size: number }): void {
  const partly = request.headers.range !== undefined;
  response.writeHead(partly ? 206 : 200, {
    ...{ 'content-type': 'application/octet-stream', 'content-length': size - begin },
    ...{ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'accept-ranges': 'bytes' },
    ...(partly ? { 'content-range': `bytes ${begin}-${size - 1}/${size}` } : {}),
  });
}

/** Only what the agent asks: all of it from one byte on. */
function beginOf(range: string | undefined): number | null {
  if (range === undefined) return 0;
  const begin = /^bytes=(\d{1,9})-$/.exec(range)?.[1];
  return begin === undefined ? null : Number(begin);
}

/** The port's own limits are of requests: an answer that nobody takes would be kept for as long as the connection is. */
function endInTime(
  response: ServerResponse,
  { stallMs, longestMs }: NonNullable<ArtifactEndpointParts['limits']> = {
    stallMs: STALL_MS,
    longestMs: LONGEST_MS,
  },
): void {
  const end = (): void => {
    response.destroy();
  };
  const timer = setTimeout(end, longestMs).unref();
  response.setTimeout(stallMs, end).once('close', () => {
    clearTimeout(timer);
  });
}

/** Its time is limited, see `endInTime`. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
