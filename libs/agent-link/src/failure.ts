import type { LinkProblem } from './types.ts';

/** Why an attempt to connect failed; becomes a `LinkProblem`. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure';
  readonly code: LinkProblem['code'];
  /** The server's own wish, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: LinkProblem['code'], message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A peer's words as they may stand in a log line: printable ASCII, at most 160 characters. */
export function quoted(text: string): string {
  return `“${text.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 160)}”`;
}

const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is the server running, is the port right?',
  ENOTFOUND: 'the name is not known to DNS: check the address and this machine’s DNS.',
  EAI_AGAIN: 'DNS does not answer: check this machine’s network.',
  ETIMEDOUT: 'no answer: check the network and firewalls between this machine and the server.',
  ABORT_ERR: 'no answer in time: check the network and firewalls between this machine and the server.',
  EHOSTUNREACH: 'no route to it: check the network.',
  ENETUNREACH: 'no route to it: check the network.',
  ECONNRESET: 'the connection was cut: look for a firewall or proxy on the way.',
};

/** One sentence for a network error: what, where, what to do next. */
export function describeNetworkError(address: string, error: unknown): string {
  const code =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
      ? error.code
      : '';
  const words = NETWORK_WORDS[code] ?? `${code === '' ? quoted(String(error)) : code}.`;
  return `Cannot reach ${address}: ${words}`;
}
