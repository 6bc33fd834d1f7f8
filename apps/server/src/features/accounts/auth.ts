import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { authDatabase, type Database } from '@trustfleet/database';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import type { Viewer } from '../../http/permission.ts';
import type { Logger } from '../../logging/logger.ts';

interface AuthOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly secret: string;
  readonly origins: ReadonlySet<string>;
  /** Browsers come over https: cookies are `Secure`. */
  readonly https: boolean;
}

/** Header in which this server itself names the client's address; whatever a client sends under it is replaced. */
export const CLIENT_HEADER = 'x-trustfleet-client';

const HOUR_S = 3_600;
/** Tries to sign in that one address has in a minute. */
const SIGN_IN_TRIES = 10;

function configure(options: AuthOptions) {
  const [baseURL = 'http://127.0.0.1'] = options.origins;
  return betterAuth({
    appName: 'Trustfleet',
    baseURL,
    basePath: '/api/auth',
    secret: options.secret,
    trustedOrigins: [...options.origins],
    database: prismaAdapter(authDatabase(options.database), { provider: 'postgresql' }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 200 },
    user: {
      additionalFields: { role: { type: 'string', required: false, input: false, defaultValue: 'none' } },
    },
    session: { expiresIn: 12 * HOUR_S, updateAge: HOUR_S },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      customRules: { '/sign-in/email': { window: 60, max: SIGN_IN_TRIES } },
    },
    advanced: {
      cookiePrefix: 'trustfleet',
      useSecureCookies: options.https,
      // Lax, so that a link to a page of ours from a chat finds its reader signed in; every change needs our own Origin anyway.
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [CLIENT_HEADER] },
    },
    telemetry: { enabled: false },
    // Only its own sentence: what it was given along may hold what a person typed.
    logger: {
      level: 'warn',
      log: (level, message) => {
        options.logger[level === 'error' ? 'error' : 'warn']({ part: 'sign-in' }, message);
      },
    },
  });
}

/** Sign-in, by better-auth on our database. Only the paths of `SIGN_IN_PATHS` are reachable from outside. */
export class Accounts {
  private readonly auth: ReturnType<typeof configure>;
  private readonly database: Database;
  readonly handler: RequestListener;

  constructor(options: AuthOptions) {
    this.auth = configure(options);
    this.database = options.database;
    const handle = toNodeHandler(this.auth);
    this.handler = (request, response) => {
      request.headers[CLIENT_HEADER] = request.socket.remoteAddress ?? '127.0.0.1';
      handle(request, response).catch((error: unknown) => {
        options.logger.error({ err: error }, 'sign-in failed');
        response.destroy();
      });
    };
  }

  /** The person behind a session cookie, as the account is now: role, groups and disabling count from the next request on. */
  async viewer(headers: IncomingHttpHeaders): Promise<Viewer | null> {
    if (headers.cookie === undefined) return null;
    const session = await this.auth.api.getSession({ headers: fromNodeHeaders({ cookie: headers.cookie }) });
    if (session === null) return null;
    const account = await this.database.accounts.get(session.user.id);
    if (account === null || account.disabledAt !== null) return null;
    const { id, name, email, role, groups } = account;
    return { id, name, email, role, groups, sessionId: session.session.id };
  }

  /** As better-auth checks it at sign-in. */
  async hashPassword(password: string): Promise<string> {
    return await (await this.auth.$context).password.hash(password);
  }
}

/** better-auth can do much more; nothing else of it is exposed. */
export const SIGN_IN_PATHS: ReadonlySet<string> = new Set([
  'POST /api/auth/sign-in/email',
  'POST /api/auth/sign-out',
]);
