import type { IncomingMessage, ServerResponse } from 'node:http';
import { SIGN_IN_PATHS, type Accounts } from '../features/accounts/auth.ts';
import type { Logger } from '../logging/logger.ts';
import { ApiProblem } from './api-problem.ts';
import { requestPath } from './front-server.ts';
import { setViewer } from './permission.ts';
import { sendProblem, toProblem } from './problem-filter.ts';

/** Exactly these answer without a session; whatever is spelt otherwise needs one. */
const PUBLIC = new Set([
  'GET /healthz',
  'HEAD /healthz',
  'GET /readyz',
  'HEAD /readyz',
  'GET /api/v1/setup',
  'POST /api/v1/setup',
]);

/** better-auth reads a body of any size into memory. */
const SIGN_IN_BODY_LIMIT = 16 * 1024;

function bodyIsSmall(request: IncomingMessage): boolean {
  return (
    request.headers['transfer-encoding'] === undefined &&
    Number(request.headers['content-length'] ?? 0) <= SIGN_IN_BODY_LIMIT
  );
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const unavailable = () =>
  new ApiProblem({
    status: 503,
    code: 'databaseDown',
    message: 'The server cannot check who you are: its database does not answer. Try again in a moment.',
  });
const signInNeeded = () => new ApiProblem({ status: 401, code: 'signInNeeded', message: 'Sign in first.' });

/** Stands before everything: sign-in goes to better-auth, all else needs a session, the API's documentation too. */
export function sessionCheck(accounts: Accounts, logger: Logger): Middleware {
  const check = async (request: IncomingMessage, next: () => void): Promise<void> => {
    const viewer = await accounts.viewer(request.headers);
    if (viewer === null) throw signInNeeded();
    setViewer(request, viewer);
    next();
  };
  return (request, response, next) => {
    const route = `${request.method ?? ''} ${requestPath(request) ?? ''}`;
    if (PUBLIC.has(route)) {
      next();
    } else if (SIGN_IN_PATHS.has(route)) {
      if (bodyIsSmall(request)) accounts.handler(request, response);
      else
        sendProblem(
          response,
          toProblem(
            new ApiProblem({
              status: 413,
              code: 'tooLarge',
              message: 'The request is too large for a sign-in.',
            }),
          ),
        );
    } else {
      check(request, next).catch((error: unknown) => {
        const problem = toProblem(error instanceof ApiProblem ? error : unavailable());
        if (problem.status >= 500)
          logger.error({ err: error, problemId: problem.id }, 'session could not be checked');
        sendProblem(response, problem);
      });
    }
  };
}
