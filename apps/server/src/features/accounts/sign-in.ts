import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { SERVER, type AuditRecord, type Database } from '@trustfleet/database';
import { parseJson } from '@trustfleet/signing';
import { z } from 'zod';
import { ApiProblem } from '../../http/api-problem.ts';
import { requestPath } from '../../http/front-server.ts';
import { actorOf } from '../../http/permission.ts';
import { sendProblem, toProblem } from '../../http/problem-filter.ts';
import type { Logger } from '../../logging/logger.ts';
import { RequestLimiter } from '../fleet/request-limiter.ts';
import type { Accounts } from './auth.ts';
import { SignInFailures } from './sign-in-failures.ts';
import { refusalOf, tooManyTries } from './sign-in-refusal.ts';

const SIGN_IN = '/api/auth/sign-in/email';
const SIGN_OUT = '/api/auth/sign-out';

/** better-auth can do much more; nothing else of it is exposed. */
export const SIGN_IN_ROUTES: ReadonlySet<string> = new Set([`POST ${SIGN_IN}`, `POST ${SIGN_OUT}`]);

/** better-auth reads a body of any size into memory. */
const BODY_LIMIT = 16 * 1024;
/**
 * Tries for one account in a minute, from wherever they come; one address has fewer (`auth.ts`). High enough that its owner is locked
 * out only while an attack runs, low enough that a password of 12 characters is never guessed.
 */
const TRIES_OF_ACCOUNT = 20;
/** 403: the account is disabled, whatever was typed. */
const TURNED_DOWN: ReadonlySet<number> = new Set([401, 403]);
/** How often the failures that got no row of their own are told. */
const SUMMARY_MS = 60_000;

const credentials = z.object({ email: z.string().max(200) });

interface SignInOptions {
  readonly accounts: Accounts;
  readonly database: Database;
  readonly logger: Logger;
}

/** Signing in and out: better-auth decides, this limits, bounds and records. */
export class SignIn {
  private readonly options: SignInOptions;
  private readonly tries = new RequestLimiter({ perMinute: TRIES_OF_ACCOUNT, addresses: 10_000 });
  private readonly failures = new SignInFailures();
  private readonly timer: NodeJS.Timeout;

  constructor(options: SignInOptions) {
    this.options = options;
    this.timer = setInterval(() => {
      this.record(this.failures.flush(performance.now())).catch((error: unknown) => {
        options.logger.error({ err: error }, 'failed sign-ins could not be recorded');
      });
    }, SUMMARY_MS).unref();
  }

  /** Takes the requests of `SIGN_IN_ROUTES`. */
  readonly handler: RequestListener = (request, response) => {
    this.handle(request, response).catch((error: unknown) => {
      const problem = toProblem(error);
      const fields = { problemId: problem.id, code: problem.code };
      if (problem.status >= 500) this.options.logger.error({ ...fields, err: error }, 'sign-in failed');
      else this.options.logger.info(fields, 'sign-in refused');
      sendProblem(response, problem);
    });
  };

  /** What was counted and not yet told is told now. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.record(this.failures.flush(Number.POSITIVE_INFINITY));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = requestPath(request) ?? '';
    const address = request.socket.remoteAddress ?? '127.0.0.1';
    const body = await readBody(request);
    const email = path === SIGN_IN ? emailOf(body) : null;
    // Counted before it is checked: so many tries cost this server no more than so many password hashes.
    if (email !== null && !this.tries.admit(email, performance.now())) throw tooManyTries();
    if (path === SIGN_OUT) await this.recordSignOut(request);
    const answer = await this.options.accounts.answer({ path, headers: request.headers, address, body });
    if (path === SIGN_IN && TURNED_DOWN.has(answer.status)) await this.recordFailure(email, address);
    await pass(answer, response);
  }

  /** First the row, then the end of the session: a crash in between leaves a row too many, never one too few. */
  private async recordSignOut(request: IncomingMessage): Promise<void> {
    const viewer = await this.options.accounts.viewer(request.headers);
    if (viewer === null) return;
    const { id, name } = viewer;
    const record: AuditRecord = {
      action: 'session.signOut',
      subject: { kind: 'account', id, name },
      detail: {},
    };
    await this.options.database.change(actorOf(viewer), () =>
      Promise.resolve({ result: undefined, audit: [record] }),
    );
  }

  private async recordFailure(email: string | null, address: string): Promise<void> {
    const account = email === null ? null : await this.options.database.accounts.byEmail(email);
    await this.record(this.failures.add({ address, account }, performance.now()));
  }

  /** By the server: who it was is just what is not known. */
  private async record(audit: readonly AuditRecord[]): Promise<void> {
    if (audit.length === 0) return;
    await this.options.database.change(SERVER, () => Promise.resolve({ result: undefined, audit }));
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const tooLarge = new ApiProblem({
    status: 413,
    code: 'tooLarge',
    message: 'The request is too large for a sign-in.',
  });
  // Of unknown length is refused before a byte of it is read.
  if (
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > BODY_LIMIT
  )
    throw tooLarge;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function emailOf(body: string): string | null {
  const parsed = credentials.safeParse(parseJson(Buffer.from(body)));
  return parsed.success ? parsed.data.email.trim().toLowerCase() : null;
}

/** @throws ApiProblem for what better-auth refused */
async function pass(answer: Response, response: ServerResponse): Promise<void> {
  if (!answer.ok) throw refusalOf({ status: answer.status, body: await answer.text() });
  const body = Buffer.from(await answer.arrayBuffer());
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  response.writeHead(answer.status);
  response.end(body);
}
