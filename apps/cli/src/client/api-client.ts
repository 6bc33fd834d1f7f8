import type { IncomingMessage } from 'node:http';
import { problem as problemSchema } from '@trustfleet/api';
import { CliError, plain } from '@trustfleet/terminal';
import type { z } from 'zod';
import type { CliContext } from '../context.ts';
import { linesOf } from './lines.ts';
import { requireSession } from './session-file.ts';
import { bodyOf, NoAnswerError, readText, send, type Call, type Target } from './transport.ts';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A server that waits for its database, or a proxy that waits for its server (RFC 9110, 15.6.3 to 15.6.5). */
const AWAY = new Set([502, 503, 504]);

/** The sentence of the server, with the id that its log has. */
export function problemOf(status: number, text: string): CliError {
  const parsed = problemSchema.safeParse(parseJson(text));
  const Failure = AWAY.has(status) ? NoAnswerError : CliError;
  if (!parsed.success)
    return new Failure(`The server answered ${status} and nothing that this program knows.`);
  const { message, id, issues = [] } = parsed.data;
  const details = issues.map((issue) => `\n  ${plain(issue.path)}: ${plain(issue.message)}`).join('');
  const sentence = `${plain(message)}${details} (log id ${plain(id)})`;
  if (status === 401) return new CliError(`${sentence} Run: trustfleet login`, 3);
  return new Failure(sentence);
}

async function failWhenRefused(answer: IncomingMessage): Promise<void> {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 299) throw problemOf(status, await readText(answer));
}

/** The API as one person sees it. */
export class ApiClient {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  /** @throws CliError */
  async call<T>(call: Call, schema: z.ZodType<T>): Promise<T> {
    const answer = await send(this.#target, call);
    await failWhenRefused(answer);
    const parsed = schema.safeParse(parseJson(await readText(answer)));
    if (!parsed.success)
      throw new CliError(
        `${call.path} answered in a shape that this release does not know (${parsed.error.issues[0]?.path.join('.') ?? ''}). Are server and command of one release?`,
      );
    return parsed.data;
  }

  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.call({ method: 'GET', path }, schema);
  }

  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    return this.call({ method: 'POST', path, body }, schema);
  }

  /** Lines of a streamed answer, one at a time. @throws CliError */
  async *lines(path: string): AsyncGenerator<string> {
    const answer = await send(this.#target, { method: 'GET', path });
    await failWhenRefused(answer);
    yield* linesOf(bodyOf(answer), path);
  }
}

/** The client of whoever is signed in. @throws CliError with exit code 3 */
export async function signedInClient(context: CliContext): Promise<ApiClient> {
  const { url, caFile, cookie } = await requireSession(context.env);
  return new ApiClient({ url, caFile, cookie });
}
