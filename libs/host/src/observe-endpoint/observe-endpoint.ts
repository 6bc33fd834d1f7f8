import type { Socket } from 'node:net';
import { shakeHandsBlindly, type BlindHandshake } from '../observe-chain.ts';
import { clip } from '../clip.ts';
import { errorCode, errorText } from '../errors.ts';
import { presentedCertificates } from './certificate-message.ts';
import { dial } from './dial.ts';
import { parseProxyAddress, type ProxyAddress } from './proxy-address.ts';
import { Recorder } from './recorder.ts';
import type { EndpointObservation, ObserveRequest } from './types.ts';

/** Looks at an endpoint: see {@link ObserveRequest} and {@link EndpointObservation}. */
export async function observeEndpoint(request: ObserveRequest): Promise<EndpointObservation> {
  const proxy = request.proxy === null ? null : parseProxyAddress(request.proxy);
  const nothing = { tls: null, chain: [], proxy: null };
  if (typeof proxy === 'string') return { ...nothing, network: 'proxyRefused', detail: proxy };
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort();
  }, request.timeoutMs);
  try {
    return await look(request, { proxy, signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function look(
  request: ObserveRequest,
  by: { readonly proxy: ProxyAddress | null; readonly signal: AbortSignal },
): Promise<EndpointObservation> {
  const shown = by.proxy?.shown ?? null;
  const dialled = await dial(request, by);
  if ('network' in dialled) return { ...dialled, tls: null, chain: [], proxy: shown };
  const seen = await shake(dialled, { serverName: request.serverName, signal: by.signal });
  return { ...seen, proxy: shown };
}

async function shake(
  socket: Socket,
  by: { readonly serverName: string | null; readonly signal: AbortSignal },
): Promise<Omit<EndpointObservation, 'proxy'>> {
  const recorder = new Recorder(socket);
  const handshake = await shakeHandsBlindly(recorder, by.serverName);
  recorder.destroy();
  const received = recorder.received();
  const chain = presentedCertificates({ received, handshakeSecret: handshake.handshakeSecret });
  return {
    ...stateOf(handshake, {
      received,
      presented: chain !== null,
      stopped: by.signal.aborted,
      tooMuch: recorder.overflowed,
    }),
    tls: handshake.tls,
    chain: chain ?? handshake.followed,
  };
}

interface Course {
  readonly received: Uint8Array;
  readonly presented: boolean;
  readonly stopped: boolean;
  readonly tooMuch: boolean;
}

type State = Pick<EndpointObservation, 'network' | 'detail'>;

/** Whoever presents a chain, or refuses in the words of TLS, was reached: why the handshake failed then stands in the detail. */
function stateOf({ error }: BlindHandshake, course: Course): State {
  if (error === null) return { network: 'connected', detail: null };
  if (course.received.length > 0 && !isTls(course.received))
    return { network: 'notTls', detail: 'It answers, but not with TLS' };
  const cut = cutShort(error, course);
  if (course.presented) return { network: 'connected', detail: cut?.detail ?? reasonOf(error) };
  return cut ?? { network: 'connected', detail: reasonOf(error) };
}

/** Null where TLS itself ended it: an alert, nothing in common. */
function cutShort(error: Error, course: Course): State | null {
  if (course.tooMuch)
    return { network: 'connected', detail: 'More came than a handshake has, so it was ended' };
  if (course.stopped) return { network: 'timedOut', detail: 'The TLS handshake was not over in time' };
  return errorCode(error).startsWith('ERR_SSL_')
    ? null
    : { network: 'reset', detail: 'The connection was cut during the TLS handshake' };
}

/** A record's first bytes: a known type, major version 3 (RFC 8446 §5.1). */
function isTls(received: Uint8Array): boolean {
  const [type = 0, major] = received;
  return type >= 20 && type <= 23 && (major === undefined || major === 3);
}

/** OpenSSL's own words, without the place in its source. */
function reasonOf(error: Error): string {
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : errorText(error);
  return clip(`The TLS handshake failed: ${reason}`, 512);
}
