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

/** Opens the pool and checks that the database answers. Fails with `DatabaseUnreachableError` (a sentence, without the password). */
export declare function openDatabase(options: OpenDatabaseOptions): Promise<Database>;

/** The handle that better-auth's `prismaAdapter(handle, { provider: 'postgresql' })` wants; for nothing else. */
export declare function authDatabase(database: Database): object;
