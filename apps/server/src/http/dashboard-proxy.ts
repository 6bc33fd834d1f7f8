import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../logging/logger.ts';
import { commonHeaders } from './security-headers.ts';

/** Headers that belong to one connection (RFC 9110 §7.6.1) and are never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
]);
/** What a client claims about where it comes from; this server writes its own. */
const FORWARDING = /^(?:forwarded|x-forwarded-.*|x-real-ip|x-trustfleet-.*)$/;

const DEFAULT_ANSWER_TIMEOUT_MS = 30_000;
/** Node's answers to a socket that is not there yet, or whose process has gone. */
const NOT_LISTENING = new Set(['ENOENT', 'ECONNREFUSED']);

interface ProxyOptions {
  readonly socketPath: string;
  /** Scheme by which the browser came. */
  readonly protocol: 'http' | 'https';
  readonly logger: Logger;
  /** How long the dashboard may stay silent, milliseconds. */
  readonly answerTimeoutMs?: number;
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set(
    (headers.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !HOP_BY_HOP.has(name) && !named.has(name) && !FORWARDING.test(name),
    ),
  );
}

interface Page {
  readonly status: 502 | 503;
  readonly title: string;
  readonly text: string;
}

function sendPage(response: ServerResponse, page: Page): void {
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${page.title}</title><h1>${page.title}</h1><p>${page.text}</p></html>`;
  response.writeHead(page.status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    ...(page.status === 503 ? { 'retry-after': '2', refresh: '2' } : {}),
  });
  response.end(body);
}

function answerFailure(response: ServerResponse, error: NodeJS.ErrnoException): void {
  if (response.headersSent) {
    response.destroy();
  } else if (NOT_LISTENING.has(error.code ?? '')) {
    sendPage(response, {
      status: 503,
      title: 'Trustfleet is starting',
      text: 'The dashboard is not ready yet. This page tries again by itself.',
    });
  } else {
    sendPage(response, {
      status: 502,
      title: 'The dashboard does not answer',
      text: "The server runs, but its dashboard process did not answer. Reload this page; if it stays, look at the dashboard's lines in the server's log and start Trustfleet again.",
    });
  }
}

/**
 * Passes a browser's request to Next on its private socket and streams the answer back.
 * A dashboard that is not there yet gives 503 with a page that tries again, one that does not answer 502.
 */
export function createDashboardProxy(
  options: ProxyOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { socketPath, protocol, logger, answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS } = options;
  const ownHeaders = Object.entries(commonHeaders(protocol === 'https'));
  return (request, response) => {
    for (const [name, value] of ownHeaders) response.setHeader(name, value);
    const headers = {
      ...passedOn(request.headers),
      'x-forwarded-proto': protocol,
      'x-forwarded-host': request.headers.host ?? '',
      'x-forwarded-for': request.socket.remoteAddress ?? '',
    };
    const upstream = httpRequest({
      socketPath,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers,
      setHost: false,
    });
    const fail = (error: NodeJS.ErrnoException) => {
      if (!response.destroyed)
        logger.warn({ err: error, path: request.url?.split('?')[0] }, 'dashboard did not answer');
      answerFailure(response, error);
    };
    upstream.setTimeout(answerTimeoutMs, () =>
      upstream.destroy(new Error(`no answer within ${answerTimeoutMs} ms`)),
    );
    upstream.on('error', fail);
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      // A browser that goes away, or a dashboard that dies mid-answer, ends both sides: nothing is left to tell.
      pipeline(answer, response).catch((error: unknown) => {
        logger.debug({ err: error }, 'dashboard answer ended early');
      });
    });
    response.on('close', () => upstream.destroy());
    request.on('error', (error) => upstream.destroy(error));
    request.pipe(upstream);
  };
}
