import 'server-only';
import { request } from 'node:http';
import { ApiProblem, localProblem, problemFrom } from '../api/problem.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface ApiCall {
  readonly path: string;
  /** The reader's own cookie: the API decides what they may see. */
  readonly cookie: string | null;
}

function socketPath(): string {
  const path = process.env['TRUSTFLEET_API_SOCKET'];
  if (path === undefined || path === '')
    throw localProblem('unreachable', 'TRUSTFLEET_API_SOCKET is not set');
  return path;
}

function parseBody(path: string, text: string, status: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (status < 400)
      throw localProblem('badAnswer', `${path} answered ${status} with something that is not JSON`, error);
    return undefined;
  }
}

/** GET over the API's unix socket. Resolves with the parsed JSON of a 2xx answer; rejects with `ApiProblem`. */
export function callApi({ path, cookie }: ApiCall): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { accept: 'application/json', host: 'trustfleet' };
    if (cookie !== null) headers['cookie'] = cookie;
    const outgoing = request(
      { socketPath: socketPath(), path, method: 'GET', headers, timeout: TIMEOUT_MS },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES)
            outgoing.destroy(
              localProblem('badAnswer', `${path} answered with more than ${MAX_ANSWER_BYTES} bytes`),
            );
          else chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          try {
            const body = parseBody(path, Buffer.concat(chunks).toString('utf8'), status);
            if (status >= 200 && status < 300) resolve(body);
            else reject(problemFrom(status, body));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      },
    );
    outgoing.on('timeout', () => {
      outgoing.destroy(localProblem('timeout', `${path} gave no answer in ${TIMEOUT_MS / 1000} s`));
    });
    outgoing.on('error', (error) => {
      reject(
        error instanceof ApiProblem
          ? error
          : localProblem('unreachable', `the API's socket: ${error.message}`, error),
      );
    });
    outgoing.end();
  });
}
