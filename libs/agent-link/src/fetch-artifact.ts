import { request as httpRequest, type IncomingMessage } from 'node:http';
import { ARTIFACT_PATH } from '@trustfleet/protocol';
import { formatAgentAuthorization } from '@trustfleet/signing';
import { describeNetworkError } from './failure.ts';
import { openTls } from './tls.ts';
import type { AgentIdentity } from './types.ts';

const CONNECT_LIMIT_MS = 30_000;
/** A server, or the way to it, that says nothing for so long is given up. */
const SILENCE_LIMIT_MS = 30_000;

/** The server will not give it, whoever asks again; `message` is for a person. */
export class ArtifactUnavailable extends Error {
  override readonly name = 'ArtifactUnavailable';
}

export interface ArtifactFetch {
  readonly identity: Pick<AgentIdentity, 'address' | 'hostId' | 'secret' | 'caCertificate'>;
  readonly sha256: string;
  /** Bytes from this one on are wanted. */
  readonly offset: number;
  readonly signal: AbortSignal;
  /** Default: half a minute. */
  readonly silenceMs?: number;
}

/**
 * Bytes of an artifact from the server that the agent enrolled with. They prove themselves by their digest, so that it does not matter
 * who stands on the way. Ends only after the last byte; throws {@link ArtifactUnavailable}, or another error where the way was cut.
 */
export async function* fetchArtifact(wanted: ArtifactFetch): AsyncIterable<Uint8Array> {
  const { identity, offset, signal } = wanted;
  const { host } = new URL(identity.address);
  const peer = await openTls({
    ...{ address: identity.address, ca: identity.caCertificate, timeoutMs: CONNECT_LIMIT_MS, signal },
  });
  try {
    peer.socket.setTimeout(wanted.silenceMs ?? SILENCE_LIMIT_MS, () => {
      peer.socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
    });
    const response = await ask(wanted, () => peer.socket);
    let passed = beginOf(response, offset);
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const skipped = Math.min(chunk.length, Math.max(0, offset - passed));
      passed += chunk.length;
      if (skipped < chunk.length) yield chunk.subarray(skipped);
    }
    if (!response.complete) throw new Error(`${host} ended the answer early`);
  } catch (error) {
    if (error instanceof ArtifactUnavailable) throw error;
    throw new Error(describeNetworkError(host, error), { cause: error });
  } finally {
    peer.socket.destroy();
  }
}

type Connect = () => Awaited<ReturnType<typeof openTls>>['socket'];

function ask(
  { identity, sha256, offset, signal }: ArtifactFetch,
  createConnection: Connect,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        path: `${ARTIFACT_PATH}${sha256}`,
        // The connection that was opened, and no other.
        createConnection,
        headers: {
          host: new URL(identity.address).host,
          authorization: formatAgentAuthorization(identity.hostId, identity.secret),
          connection: 'close',
          ...(offset === 0 ? {} : { range: `bytes=${offset}-` }),
        },
        signal,
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Busy, or restarting: the way is open another time. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** From which byte on the answer is. */
function beginOf({ statusCode = 0, headers }: IncomingMessage, offset: number): number {
  if (statusCode === 200) return 0;
  const begin = /^bytes (\d+)-\d+\/\d+$/.exec(headers['content-range'] ?? '')?.[1];
  if (statusCode === 206 && begin === String(offset)) return offset;
  if (PASSING.has(statusCode)) throw new Error(`HTTP ${statusCode}`);
  throw new ArtifactUnavailable(
    statusCode === 404
      ? 'the server holds no such artifact for an open job of this host (HTTP 404).'
      : `the server does not give it (HTTP ${statusCode}).`,
  );
}
