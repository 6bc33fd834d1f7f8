import { connect, type Socket } from 'node:net';
import { errorCode } from '../errors.ts';
import type { ProxyAddress } from './proxy-address.ts';
import type { EndpointObservation } from './types.ts';

/** Why nothing was reached. */
export interface DialFailure {
  readonly network: EndpointObservation['network'];
  readonly detail: string;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

/** The answer to CONNECT is a line and some headers; a proxy's error page is not read. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** Opens a connection, through a proxy where there is one. `signal` ends it. Never rejects. */
export async function dial(
  target: Target,
  by: { readonly proxy: ProxyAddress | null; readonly signal: AbortSignal },
): Promise<Socket | DialFailure> {
  const { proxy, signal } = by;
  const opened = await open(proxy ?? target, signal);
  if (proxy === null) return 'socket' in opened ? opened.socket : failureOf(opened.error);
  if ('error' in opened)
    return { network: 'proxyRefused', detail: `The proxy: ${failureOf(opened.error).detail}` };
  return await tunnel(opened.socket, { target, proxy });
}

function open(to: Target, signal: AbortSignal): Promise<{ socket: Socket } | { error: unknown }> {
  return new Promise((resolve) => {
    const socket = connect({ host: to.host, port: to.port, signal });
    socket.once('connect', () => {
      resolve({ socket });
    });
    socket.on('error', (error) => {
      resolve({ error });
    });
  });
}

const STATES: Readonly<Record<string, DialFailure>> = {
  ENOTFOUND: { network: 'dnsFailed', detail: 'The name is not known' },
  EAI_NONAME: { network: 'dnsFailed', detail: 'The name is not known' },
  EAI_NODATA: { network: 'dnsFailed', detail: 'The name has no address' },
  EAI_AGAIN: {
    network: 'dnsFailed',
    detail: 'The name could not be resolved: the name server did not answer',
  },
  EAI_FAIL: { network: 'dnsFailed', detail: 'The name could not be resolved: the name server failed' },
  ECONNREFUSED: { network: 'refused', detail: 'Nothing listens at that port' },
  ETIMEDOUT: { network: 'timedOut', detail: 'No answer to the connection' },
  ABORT_ERR: { network: 'timedOut', detail: 'No answer to the connection' },
  ECONNRESET: { network: 'reset', detail: 'The connection was cut' },
  EPIPE: { network: 'reset', detail: 'The connection was cut' },
};

/** In words that are the same at every look: addresses that a name stands for change, and may stand in no section. */
export function failureOf(error: unknown): DialFailure {
  // Of several addresses that were tried (RFC 8305) the last one speaks.
  const one: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  const code = errorCode(one);
  return (
    STATES[code] ?? { network: 'unreachable', detail: `It cannot be reached (${code || 'no reason given'})` }
  );
}

/** RFC 9110 §9.3.6. The bytes that follow the answer's head are TLS already. */
async function tunnel(
  socket: Socket,
  to: { readonly target: Target; readonly proxy: ProxyAddress },
): Promise<Socket | DialFailure> {
  const { host, port } = to.target;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const authorization =
    to.proxy.authorization === null ? '' : `Proxy-Authorization: ${to.proxy.authorization}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
  const answer = await answerOf(socket);
  if (typeof answer === 'string') {
    socket.destroy();
    return { network: 'proxyRefused', detail: answer };
  }
  if (answer.rest.length > 0) socket.unshift(answer.rest);
  return socket;
}

function answerOf(socket: Socket): Promise<{ rest: Buffer } | string> {
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    const settle = (answer: { rest: Buffer } | string): void => {
      socket.pause();
      socket.off('data', take).off('end', cut).off('close', cut);
      resolve(answer);
    };
    const take = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1 && head.length > MAX_ANSWER_BYTES) settle('The proxy’s answer has no end');
      else if (end !== -1) settle(judge(head.toString('latin1'), head.subarray(end + 4)));
    };
    const cut = (): void => {
      settle('The proxy closed the connection without an answer');
    };
    socket.on('data', take).once('end', cut).once('close', cut);
  });
}

function judge(head: string, rest: Buffer): { rest: Buffer } | string {
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1];
  if (status === undefined) return 'The proxy did not answer with HTTP';
  if (status.startsWith('2')) return { rest };
  const words: Readonly<Record<string, string>> = {
    '407': 'The proxy asks for credentials (407)',
    '403': 'The proxy does not permit this endpoint (403)',
  };
  return words[status] ?? `The proxy refused with status ${status}`;
}
