import { createHash, randomBytes } from 'node:crypto';
import type { Me } from '@trustfleet/api';
import type { Database } from '@trustfleet/database';
import { ApiProblem } from '../../http/api-problem.ts';
import type { Accounts } from './auth.ts';

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

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The first administrator, by a one-time link that only who sees the server's output can have. */
export class SetupService {
  private readonly options: SetupOptions;

  constructor(options: SetupOptions) {
    this.options = options;
  }

  async needed(): Promise<boolean> {
    return !(await this.options.database.accounts.hasAdministrator());
  }

  /** A fresh token, only while there is no administrator; the one before stops working. Only its hash is kept. */
  async issueToken(): Promise<string | null> {
    if (!(await this.needed())) return null;
    const token = randomBytes(32).toString('base64url');
    await this.arm(hashOf(token));
    return token;
  }

  /** @throws ApiProblem 409 when the fleet has an administrator, 403 for a link that does not (any more) work */
  async complete(request: SetupRequest): Promise<Me> {
    const { database, accounts, now } = this.options;
    if (!(await this.needed())) throw new ApiProblem({ status: 409, code: 'alreadySetUp', message: 'This fleet has an administrator already: sign in.' });
    const hash = hashOf(request.token);
    // Before any password is hashed: only the holder of the link costs this server more than a look-up.
    if (!(await database.setupTokens.consume({ hash, now: now() }))) {
      throw new ApiProblem({ status: 403, code: 'invalidSetupLink', message: 'This set-up link does not work any more. Start the server again: it prints a new one.' });
    }
    try {
      return await accounts.createAdministrator(request);
    } catch (error) {
      // The link is good until somebody has really become administrator.
      await this.arm(hash);
      throw error;
    }
  }

  private async arm(hash: string): Promise<void> {
    const createdAt = this.options.now();
    const expiresAt = new Date(createdAt.getTime() + LINK_HOURS * 3_600_000);
    await this.options.database.setupTokens.replace({ hash, createdAt, expiresAt });
  }
}
