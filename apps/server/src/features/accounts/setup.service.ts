import { randomUUID } from 'node:crypto';
import type { Me } from '@trustfleet/api';
import { SERVER, type Database, type NewAccount } from '@trustfleet/database';
import { ApiProblem } from '../../http/api-problem.ts';
import { actorOf, permissionsOf } from '../../http/permission.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { emailTaken } from './account-problems.ts';
import type { Accounts } from './auth.ts';
import { hashOfLink, newLinkToken } from './link-token.ts';

interface SetupOptions {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly now: () => Date;
}

interface SetupRequest {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

const LINK_HOURS = 24;

/** The first administrator, by a one-time link that only who sees the server's output can have. */
export class SetupService {
  private readonly options: SetupOptions;
  private turn: Promise<void> = Promise.resolve();

  constructor(options: SetupOptions) {
    this.options = options;
  }

  async needed(): Promise<boolean> {
    return !(await this.options.database.accounts.hasAdministrator());
  }

  /** A fresh token, only while there is no administrator; the one before stops working. Only its hash is kept. */
  async issueToken(): Promise<string | null> {
    if (!(await this.needed())) return null;
    const { token, hash } = newLinkToken();
    const createdAt = this.options.now();
    const expiresAt = new Date(createdAt.getTime() + LINK_HOURS * 3_600_000);
    await this.options.database.change(SERVER, async ({ setupTokens }) => {
      await setupTokens.replace({ hash, createdAt, expiresAt });
      return {
        result: undefined,
        audit: [
          {
            action: 'setup.link',
            subject: { kind: 'setup', id: null, name: null },
            detail: { expiresAt: expiresAt.toISOString() },
          },
        ],
      };
    });
    return token;
  }

  /** @throws ApiProblem 409 when the fleet has an administrator, 403 for a link that does not (any more) work */
  complete(request: SetupRequest): Promise<Me> {
    // One after the other: two that hold the same link must not undo each other's account.
    const turn = this.turn.then(() => this.completeAlone(request));
    this.turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  private async completeAlone(request: SetupRequest): Promise<Me> {
    const { database, now } = this.options;
    requirePlainText({ name: request.name, password: request.password });
    if (!(await this.needed()))
      throw new ApiProblem({
        status: 409,
        code: 'alreadySetUp',
        message: 'This fleet has an administrator already: sign in.',
      });
    const hash = hashOfLink(request.token);
    // Before any password is hashed: only the holder of the link costs this server more than a look-up.
    if (!(await database.setupTokens.isValid({ hash, now: now() }))) throw invalidLink();
    const account = await this.newAccount(request);
    const { id, name, email, role, groups } = account;
    // All or nothing: a failure before the end leaves the link good.
    await database.change(actorOf(account), async (repositories) => {
      if (!(await repositories.setupTokens.consume({ hash, now: now() }))) throw invalidLink();
      if (!(await repositories.accounts.create(account))) throw emailTaken();
      return {
        result: undefined,
        audit: [
          {
            action: 'setup.complete',
            subject: { kind: 'account', id, name },
            detail: { email, role, groups },
          },
        ],
      };
    });
    return { id, name, email, role, groups, permissions: [...permissionsOf({ role, groups })] };
  }

  private async newAccount(request: SetupRequest): Promise<NewAccount> {
    return {
      id: randomUUID(),
      name: request.name,
      email: request.email.toLowerCase(),
      passwordHash: await this.options.accounts.hashPassword(request.password),
      role: 'administrator',
      groups: 'all',
      createdAt: this.options.now(),
    };
  }
}

function invalidLink(): ApiProblem {
  return new ApiProblem({
    status: 403,
    code: 'invalidSetupLink',
    message: 'This set-up link does not work any more. Start the server again: it prints a new one.',
  });
}
