import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { CliError, errorCode, messageOf } from '@trustfleet/terminal';

/** No answer begins, or goes on, for so long. */
const TIMEOUT_MS = 30_000;

/** A server and who asks it. */
export interface Target {
  /** Origin, e.g. https://trustfleet.studio.example */
  readonly url: string;
  readonly caFile: string | null;
  readonly cookie: string | null;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** No whole answer came: the server restarts, or the way to it is cut. The same question may be answered a little later. */
export class NoAnswerError extends CliError {}

/** Verify errors of OpenSSL as Node names them: the remedy is one and the same. */
const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function explain(url: string, error: unknown): CliError {
  const code = errorCode(error);
  if (UNTRUSTED.has(code))
    return new CliError(
      `The certificate of ${url} is not accepted (${code}). If it is issued by your studio's own CA, name that CA: trustfleet login --ca-file ca.pem ${url}`,
      1,
      { cause: error },
    );
  return new NoAnswerError(
    `${url} cannot be reached (${code || messageOf(error)}). Does the server run there?`,
    1,
    { cause: error },
  );
}

async function authorities(caFile: string | null): Promise<string[] | undefined> {
  if (caFile === null) return undefined;
  try {
    return [...rootCertificates, await readFile(caFile, 'utf8')];
  } catch (error) {
    throw new CliError(`The CA file ${caFile} cannot be read: ${messageOf(error)}.`, 1, { cause: error });
  }
}

function optionsOf(target: Target, call: Call, payload: string | null): RequestOptions {
  const { origin } = new URL(target.url);
  return {
    method: call.method,
    timeout: TIMEOUT_MS,
    headers: {
      accept: 'application/json',
      // The server lets nobody change anything who does not say where the change comes from (CSRF).
      origin,
      ...(target.cookie === null ? {} : { cookie: target.cookie }),
      ...(payload === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    },
  };
}

/** One request; resolves when the answer's head is there. Its body is still to be read. @throws CliError */
export async function send(target: Target, call: Call): Promise<IncomingMessage> {
  const payload = call.body === undefined ? null : JSON.stringify(call.body);
  const url = new URL(call.path, target.url);
  const options = optionsOf(target, call, payload);
  const ca = url.protocol === 'https:' ? await authorities(target.caFile) : undefined;
  return await new Promise((resolve, reject) => {
    const outgoing =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(ca ? { ca } : {}) })
        : httpRequest(url, options);
    outgoing.on('response', resolve);
    outgoing.on('timeout', () => {
      outgoing.destroy(new NoAnswerError(`${target.url} gave no answer in ${TIMEOUT_MS / 1000} s.`));
    });
    outgoing.on('error', (error) => {
      reject(error instanceof CliError ? error : explain(target.url, error));
    });
    outgoing.end(payload ?? undefined);
  });
}

/** Where an answer is larger than this something is wrong. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The answer's body, piece by piece. @throws CliError when the connection is lost on the way */
export async function* bodyOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new NoAnswerError(
      `The connection was lost in the middle of the server's answer (${errorCode(error) || messageOf(error)}). Try again.`,
      1,
      { cause: error },
    );
  }
}

/** The whole answer as text. @throws CliError */
export async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(answer)) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new CliError(`The answer is larger than ${MAX_ANSWER_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
