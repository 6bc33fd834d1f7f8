import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { ApiProblem } from './api-problem.ts';
import { sendProblem, toProblem } from './problem-filter.ts';
import { checkRequest } from './request-check.ts';
import { setSecurityHeaders } from './security-headers.ts';

interface FrontOptions {
  /** PEM; null for plain http. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Set when the port is known; see `ownOrigins`. */
  readonly origins: () => ReadonlySet<string>;
  /** Everything of this server itself. */
  readonly api: RequestListener;
  /** Every other path. */
  readonly dashboard: RequestListener;
}

/** Slow or endless requests end here; an event stream is an answer and has no such limit. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
};

const OWN_PATH = /^\/(?:api|healthz|readyz|events)(?:[/?]|$)/;

/** Requests that came over the private socket: the dashboard's own server side. */
const privateRequests = new WeakSet<IncomingMessage>();

/** True when only a process of this account can have sent it. */
export function isPrivate(request: IncomingMessage): boolean {
  return privateRequests.has(request);
}

/** The path alone, as it stands in the request line; null for anything but an origin-form target. */
export function requestPath(request: IncomingMessage): string | null {
  const target = request.url ?? '';
  return target.startsWith('/') ? (target.split('?')[0] ?? null) : null;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function refusal(request: IncomingMessage, origins: ReadonlySet<string>): ApiProblem | null {
  if (requestPath(request) === null)
    return new ApiProblem({
      status: 400,
      code: 'badRequest',
      message: 'The request line is not one that this server takes.',
    });
  return checkRequest(
    {
      method: request.method ?? 'GET',
      host: request.headers.host,
      origin: header(request, 'origin'),
      fetchSite: header(request, 'sec-fetch-site'),
      privateSocket: isPrivate(request),
    },
    origins,
  );
}

function answerOwn(options: FrontOptions, request: IncomingMessage, response: ServerResponse): void {
  setSecurityHeaders(response, { path: request.url ?? '/', https: options.tls !== null });
  options.api(request, response);
}

function refuseUpgrade(_request: IncomingMessage, socket: Duplex): void {
  // From the upgrade on, Node no longer handles this socket's errors: a reset must end the socket, not the process.
  socket.on('error', () => socket.destroy());
  socket.end(
    'HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis port speaks no WebSocket; agents have their own port.\n',
  );
}

/** The browsers' port: this server's own paths, all others to the dashboard, no WebSocket. Not yet listening. */
export function createFrontServer(options: FrontOptions): Server {
  const listener: RequestListener = (request, response) => {
    const problem = refusal(request, options.origins());
    if (problem !== null) {
      setSecurityHeaders(response, { path: '/', https: options.tls !== null });
      sendProblem(response, toProblem(problem));
    } else if (OWN_PATH.test(request.url ?? '/')) {
      answerOwn(options, request, response);
    } else {
      options.dashboard(request, response);
    }
  };
  const server =
    options.tls === null
      ? createHttpServer(LIMITS, listener)
      : createHttpsServer({ ...LIMITS, ...options.tls, minVersion: 'TLSv1.2' }, listener);
  return server.on('upgrade', refuseUpgrade);
}

/** The private unix socket on which Next's server side reads the API; nothing is passed on from here. */
export function createPrivateServer(options: FrontOptions): Server {
  const server = createHttpServer(LIMITS, (request, response) => {
    privateRequests.add(request);
    const problem = refusal(request, options.origins());
    if (problem === null) answerOwn(options, request, response);
    else sendProblem(response, toProblem(problem));
  });
  return server.on('upgrade', refuseUpgrade);
}
