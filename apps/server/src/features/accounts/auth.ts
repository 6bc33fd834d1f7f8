import type { IncomingHttpHeaders } from 'node:http';
import { authDatabase, type Account, type Database } from '@trustfleet/database';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { APIError } from 'better-auth/api';
import { fromNodeHeaders } from 'better-auth/node';
import { actorOf, type Viewer } from '../../http/permission.ts';
import type { Logger } from '../../logging/logger.ts';
import { ACCOUNT_DISABLED } from './sign-in-refusal.ts';

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

/**
 * Before a session is there, so that none is ever without its row of the audit: who may not sign in gets none.
 * @throws APIError 403 for an account that is disabled or has no role
 */
async function recordSignIn(database: Database, session: { userId: string; ipAddress?: unknown }) {
  const account = await database.accounts.get(session.userId);
  if (account === null || account.disabledAt !== null) {
    throw new APIError('FORBIDDEN', {
      code: ACCOUNT_DISABLED,
      message: 'This account is disabled: ask an administrator.',
    });
  }
  const { id, name } = account;
  const address = typeof session.ipAddress === 'string' ? session.ipAddress : null;
  await database.change(actorOf(account), () =>
    Promise.resolve({
      result: undefined,
      audit: [{ action: 'session.signIn', subject: { kind: 'account', id, name }, detail: { address } }],
    }),
  );
}

function configure(options: AuthOptions) {
  const [baseURL = 'http://127.0.0.1'] = options.origins;
  return betterAuth({
    appName: 'Trustfleet',
    baseURL,
    basePath: '/api/auth',
    secret: options.secret,
    trustedOrigins: [...options.origins],
    database: prismaAdapter(authDatabase(options.database), { provider: 'postgresql' }),
    databaseHooks: {
      session: { create: { before: (session) => recordSignIn(options.database, session) } },
    },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 200 },
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
      // Said, since better-auth leaves it out where it believes to be under test.
      disableOriginCheck: false,
      // Lax, so that a link to a page of ours from a chat finds its reader signed in; every change needs our own Origin anyway.
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [CLIENT_HEADER] },
    },
    telemetry: { enabled: false },
    // Only its own sentence, up to the colon: what it was given along, and what follows one, may be what a person typed.
    logger: {
      level: 'warn',
      log: (level, message) => {
        options.logger[level === 'error' ? 'error' : 'warn']({ part: 'sign-in' }, message.split(':', 1)[0]);
      },
    },
  });
}

/** The person as requests carry it. */
export function viewerFor(account: Account, sessionId: string): Viewer | null {
  if (account.disabledAt !== null) return null;
  const { id, name, email, role, groups } = account;
  return { id, name, email, role, groups, sessionId };
}

/** Sign-in, by better-auth on our database. What is reachable from outside of it is in `SignIn`. */
export class Accounts {
  private readonly auth: ReturnType<typeof configure>;
  private readonly database: Database;
  private readonly baseUrl: string;

  constructor(options: AuthOptions) {
    this.auth = configure(options);
    this.database = options.database;
    this.baseUrl = [...options.origins][0] ?? 'http://127.0.0.1';
  }

  /** The person behind a session cookie, as the account is now: role, groups and disabling count from the next request on. */
  async viewer(headers: IncomingHttpHeaders): Promise<Viewer | null> {
    if (headers.cookie === undefined) return null;
    const session = await this.auth.api.getSession({ headers: fromNodeHeaders({ cookie: headers.cookie }) });
    if (session === null) return null;
    const account = await this.database.accounts.get(session.user.id);
    return account === null ? null : viewerFor(account, session.session.id);
  }

  /** Hands one request to better-auth. `address`: whom it comes from, for its limits. */
  async answer(request: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly address: string;
    readonly body: string;
  }): Promise<Response> {
    const headers = fromNodeHeaders({ ...request.headers, [CLIENT_HEADER]: request.address });
    return await this.auth.handler(
      new Request(new URL(request.path, this.baseUrl), { method: 'POST', headers, body: request.body }),
    );
  }

  /** As better-auth checks it at sign-in. */
  async hashPassword(password: string): Promise<string> {
    return await (await this.auth.$context).password.hash(password);
  }
}
