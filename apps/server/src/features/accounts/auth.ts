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

  /** The person behind a session cookie; null for nobody, and for an account that has no role. */
  async viewer(headers: IncomingHttpHeaders): Promise<Viewer | null> {
    if (headers.cookie === undefined) return null;
    const session = await this.auth.api.getSession({ headers: fromNodeHeaders({ cookie: headers.cookie }) });
    if (session === null || session.user.role !== 'administrator') return null;
    const { id, name, email } = session.user;
    return { id, name, email, role: 'administrator' };
  }

  /** Makes an account that may do nothing yet (`grant`); one that a broken-off attempt left under the address is replaced. */
  async createAccount(person: {
    readonly name: string;
    readonly email: string;
    readonly password: string;
  }): Promise<{ readonly id: string; readonly name: string; readonly email: string }> {
    const { internalAdapter, password } = await this.auth.$context;
    const email = person.email.toLowerCase();
    const leftover = await internalAdapter.findUserByEmail(email);
    if (leftover !== null) await internalAdapter.deleteUser(leftover.user.id);
    const user = await internalAdapter.createUser(
      { name: person.name, email, emailVerified: true },
      { method: 'admin' },
    );
    await internalAdapter.linkAccount({
      userId: user.id,
      accountId: user.id,
      providerId: 'credential',
      password: await password.hash(person.password),
    });
    return { id: user.id, name: user.name, email };
  }

  async removeAccount(id: string): Promise<void> {
    await (await this.auth.$context).internalAdapter.deleteUser(id);
  }

  /** Makes an account an administrator's. */
  async grant(id: string): Promise<void> {
    if (!(await this.database.accounts.setRole(id, 'administrator'))) throw new Error('The account is gone.');
  }
}

/** better-auth can do much more; nothing else of it is exposed. */
export const SIGN_IN_PATHS: ReadonlySet<string> = new Set([
  'POST /api/auth/sign-in/email',
  'POST /api/auth/sign-out',
]);
