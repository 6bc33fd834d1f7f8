import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Permission } from '@trustfleet/api';
import { RequestLimiter } from '../features/fleet/request-limiter.ts';
import type { Logger } from '../logging/logger.ts';
import { ApiProblem } from './api-problem.ts';
import { isPrivate, requestPath } from './front-server.ts';
import { checkPermission, setViewer, type Viewer } from './permission.ts';
import { sendProblem, toProblem } from './problem-filter.ts';
import type { Route } from './routes.ts';

/** What a link's token (set-up, invitation) may cost: so many changes a minute that need no session, from one address. */
const PUBLIC_CHANGES_PER_MINUTE = 20;

/** Paths that no controller serves, each with its permission: the API's documentation is for who is signed in. */
const OTHER_PATHS: readonly { readonly prefix: string; readonly permission: Permission }[] = [
  { prefix: '/api/docs', permission: 'account.read' },
];

interface SessionCheckParts {
  readonly routes: readonly Route[];
  readonly signIn: { readonly routes: ReadonlySet<string>; readonly handler: RequestListener };
  /** Who sent these headers; null for nobody. */
  readonly viewer: (request: IncomingMessage) => Promise<Viewer | null>;
  readonly logger: Logger;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const unavailable = () =>
  new ApiProblem({
    status: 503,
    code: 'databaseDown',
    message: 'The server cannot check who you are: its database does not answer. Try again in a moment.',
  });
const signInNeeded = () => new ApiProblem({ status: 401, code: 'signInNeeded', message: 'Sign in first.' });
const slowDown = () =>
  new ApiProblem({
    status: 429,
    code: 'slowDown',
    message: 'Too many requests from this address: wait a minute and try again.',
  });

/** Exactly these answer without a session: routes without parameters that say `public`. Whatever is spelt otherwise needs one. */
function publicRoutes(routes: readonly Route[]): ReadonlySet<string> {
  return new Set(
    routes
      .filter(({ permission }) => permission === 'public')
      .flatMap(({ method, path }) =>
        method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`],
      ),
  );
}

/** Stands before everything: sign-in goes to better-auth, what is public passes, all else needs a session. */
export function sessionCheck(parts: SessionCheckParts): Middleware {
  const open = publicRoutes(parts.routes);
  const limiter = new RequestLimiter({ perMinute: PUBLIC_CHANGES_PER_MINUTE, addresses: 10_000 });

  const admitPublic = (request: IncomingMessage): void => {
    const address = request.socket.remoteAddress ?? '';
    const limited = request.method === 'POST' && !isPrivate(request);
    if (limited && !limiter.admit(address, performance.now())) throw slowDown();
  };

  const check = async (request: IncomingMessage): Promise<void> => {
    const path = requestPath(request) ?? '';
    if (open.has(`${request.method ?? ''} ${path}`)) {
      admitPublic(request);
      return;
    }
    const viewer = await parts.viewer(request);
    if (viewer === null) throw signInNeeded();
    setViewer(request, viewer);
    const other = OTHER_PATHS.find(({ prefix }) => path.toLowerCase().startsWith(prefix));
    if (other !== undefined) checkPermission(request, other.permission);
  };

  return (request, response, next) => {
    if (parts.signIn.routes.has(`${request.method ?? ''} ${requestPath(request) ?? ''}`)) {
      parts.signIn.handler(request, response);
      return;
    }
    check(request).then(next, (error: unknown) => {
      const problem = toProblem(error instanceof ApiProblem ? error : unavailable());
      if (problem.status >= 500)
        parts.logger.error({ err: error, problemId: problem.id }, 'session could not be checked');
      sendProblem(response, problem);
    });
  };
}
