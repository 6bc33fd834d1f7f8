import { createClient, unreachable, type Context } from './connection.ts';
import type { CertificateRepository } from './model/certificates.ts';
import type { FindingRepository } from './model/findings.ts';
import type { FleetRepository } from './model/fleet.ts';
import type { HostRepository } from './model/hosts.ts';
import type { JobRepository } from './model/jobs.ts';
import type { OrderRepository } from './model/orders.ts';
import type { OverviewRepository } from './model/overview.ts';
import type { PolicyRepository } from './model/policies.ts';
import type { SectionRepository } from './model/sections.ts';
import type { AccountRepository, SetupTokenRepository, TokenRepository } from './model/tokens.ts';
import { createCertificateRepository } from './repositories/certificates.ts';
import { createFindingRepository } from './repositories/findings.ts';
import { createFleetRepository } from './repositories/fleet.ts';
import { createHostRepository } from './repositories/hosts.ts';
import { createJobRepository } from './repositories/jobs.ts';
import { createOrderRepository } from './repositories/orders.ts';
import { createOverviewRepository } from './repositories/overview.ts';
import { createPolicyRepository, type StatusCache } from './repositories/policies.ts';
import { createSectionRepository } from './repositories/sections.ts';
import {
  createAccountRepository,
  createSetupTokenRepository,
  createTokenRepository,
} from './repositories/tokens.ts';

export interface Repositories {
  readonly fleet: FleetRepository;
  readonly hosts: HostRepository;
  readonly sections: SectionRepository;
  readonly certificates: CertificateRepository;
  readonly policies: PolicyRepository;
  readonly findings: FindingRepository;
  readonly orders: OrderRepository;
  readonly jobs: JobRepository;
  readonly tokens: TokenRepository;
  readonly setupTokens: SetupTokenRepository;
  readonly accounts: AccountRepository;
  readonly overview: OverviewRepository;
}

export interface Database extends Repositories {
  /** Runs `work` in one transaction: what its repositories wrote is there together or not at all. Must not be nested. */
  transaction<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /** One round trip, for /readyz. Fails with `DatabaseUnreachableError`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /** postgresql://… ; from `startEmbeddedPostgres` or DATABASE_URL. Its schema must be migrated (`migrate`). */
  readonly url: string;
  /** Connections; default 10. */
  readonly poolSize?: number;
  /** Told of a lost idle connection; the pool replaces it by itself. */
  readonly onPoolError?: (error: Error) => void;
}

const DEFAULT_POOL_SIZE = 10;

/** The generated client behind each handle: kept here, so that it is no part of the handle's type. */
const clients = new WeakMap<Database, object>();

function createRepositories(context: Context): Repositories {
  return {
    fleet: createFleetRepository(context),
    hosts: createHostRepository(context),
    sections: createSectionRepository(context),
    certificates: createCertificateRepository(context),
    policies: createPolicyRepository(context),
    findings: createFindingRepository(context),
    orders: createOrderRepository(context),
    jobs: createJobRepository(context),
    tokens: createTokenRepository(context),
    setupTokens: createSetupTokenRepository(context),
    accounts: createAccountRepository(context),
    overview: createOverviewRepository(context),
  };
}

/** Opens the pool and checks that the database answers. Fails with `DatabaseUnreachableError` (a sentence, without the password). */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { url, poolSize = DEFAULT_POOL_SIZE, onPoolError = () => undefined } = options;
  const { client, pool } = createClient({ url, poolSize, onPoolError });
  const statusCache: StatusCache = new Map();
  const ping = async (): Promise<void> => {
    try {
      await pool.query('SELECT 1');
    } catch (error) {
      throw unreachable(url, error);
    }
  };
  const database: Database = {
    ...createRepositories({ client, statusCache, atomically: (work) => client.$transaction(work) }),
    transaction: (work) =>
      client.$transaction((transaction) =>
        work(
          createRepositories({ client: transaction, statusCache, atomically: (inner) => inner(transaction) }),
        ),
      ),
    ping,
    close: () => client.$disconnect(),
  };
  try {
    await ping();
  } catch (error) {
    await client.$disconnect();
    throw error;
  }
  clients.set(database, client);
  return database;
}

/** The handle that better-auth's `prismaAdapter(handle, { provider: 'postgresql' })` wants; for nothing else. */
export function authDatabase(database: Database): object {
  const client = clients.get(database);
  if (client === undefined) throw new TypeError('authDatabase: not a handle of openDatabase');
  return client;
}
