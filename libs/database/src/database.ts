import { createClient, unreachable, type Client, type Context } from './connection.ts';
import type {
  AccountChanges,
  AccountRepository,
  InvitationChanges,
  InvitationRepository,
} from './model/accounts.ts';
import type { AdmissionChanges, AdmissionRepository } from './model/admission.ts';
import type { Actor, AuditRepository, Change } from './model/audit.ts';
import type { ArtifactChanges, ArtifactRepository } from './model/artifacts.ts';
import type { CertificateRepository } from './model/certificates.ts';
import type { EndpointChanges, EndpointRepository } from './model/endpoints.ts';
import type { FindingRepository } from './model/findings.ts';
import type { FleetRepository } from './model/fleet.ts';
import type { GroupChanges, GroupRepository } from './model/groups.ts';
import type { HostSettingChanges, HostSettingRepository } from './model/host-settings.ts';
import type { HostChanges, HostRepository } from './model/hosts.ts';
import type { JobChanges, JobRepository } from './model/jobs.ts';
import type { OrderChanges, OrderRepository } from './model/orders.ts';
import type { OverviewRepository } from './model/overview.ts';
import type { PolicyChanges, PolicyRepository } from './model/policies.ts';
import type { SectionRepository } from './model/sections.ts';
import type { SharedInstallRepository } from './model/shared-installs.ts';
import type { TimelineRepository } from './model/timeline.ts';
import type {
  SetupTokenChanges,
  SetupTokenRepository,
  TokenChanges,
  TokenRepository,
} from './model/tokens.ts';
import { createAccountRepository } from './repositories/accounts.ts';
import { createAdmissionRepository } from './repositories/admission.ts';
import { appendAudit, createAuditRepository } from './repositories/audit.ts';
import { createArtifactRepository } from './repositories/artifacts.ts';
import { createCertificateRepository } from './repositories/certificates.ts';
import { createEndpointRepository } from './repositories/endpoints.ts';
import { createFindingRepository } from './repositories/findings.ts';
import { createFleetRepository } from './repositories/fleet.ts';
import { createGroupRepository } from './repositories/groups.ts';
import { createHostSettingRepository } from './repositories/host-settings.ts';
import { createHostRepository } from './repositories/hosts.ts';
import { createInvitationRepository } from './repositories/invitations.ts';
import { createJobRepository } from './repositories/jobs.ts';
import { createOrderRepository } from './repositories/orders.ts';
import { createOverviewRepository } from './repositories/overview.ts';
import { createPolicyRepository, type StatusCache } from './repositories/policies.ts';
import { createSectionRepository } from './repositories/sections.ts';
import { createSharedInstallRepository } from './repositories/shared-installs.ts';
import { createTimelineRepository } from './repositories/timeline.ts';
import { createSetupTokenRepository, createTokenRepository } from './repositories/tokens.ts';

/** What anybody may reach: reading for people (by viewer), and what agents and the server's clock write. */
export interface Repositories {
  readonly fleet: FleetRepository;
  readonly hosts: HostRepository;
  readonly admission: AdmissionRepository;
  readonly hostSettings: HostSettingRepository;
  readonly sections: SectionRepository;
  readonly certificates: CertificateRepository;
  readonly artifacts: ArtifactRepository;
  readonly policies: PolicyRepository;
  readonly endpoints: EndpointRepository;
  readonly findings: FindingRepository;
  readonly orders: OrderRepository;
  readonly jobs: JobRepository;
  readonly tokens: TokenRepository;
  readonly setupTokens: SetupTokenRepository;
  readonly accounts: AccountRepository;
  readonly invitations: InvitationRepository;
  readonly groups: GroupRepository;
  readonly audit: AuditRepository;
  readonly overview: OverviewRepository;
  readonly sharedInstalls: SharedInstallRepository;
  readonly timeline: TimelineRepository;
}

/** What only `Database.change` reaches: everything that a person does, and what is recorded like it. */
export interface ChangeRepositories extends Repositories {
  readonly hosts: HostRepository & HostChanges;
  readonly admission: AdmissionRepository & AdmissionChanges;
  readonly artifacts: ArtifactRepository & ArtifactChanges;
  readonly hostSettings: HostSettingRepository & HostSettingChanges;
  readonly policies: PolicyRepository & PolicyChanges;
  readonly endpoints: EndpointRepository & EndpointChanges;
  readonly orders: OrderRepository & OrderChanges;
  readonly jobs: JobRepository & JobChanges;
  readonly tokens: TokenRepository & TokenChanges;
  readonly setupTokens: SetupTokenRepository & SetupTokenChanges;
  readonly accounts: AccountRepository & AccountChanges;
  readonly invitations: InvitationRepository & InvitationChanges;
  readonly groups: GroupRepository & GroupChanges;
}

export interface Database extends Repositories {
  /**
   * The one way to what people change (issue 3, "Audit"): runs `work` in one transaction and writes its audit rows at the end of it, so
   * that a change without its row and a row without its change are both impossible. `work` that throws, or names no row, leaves
   * nothing. Must not be nested.
   */
  change<T>(actor: Actor, work: (repositories: ChangeRepositories) => Promise<Change<T>>): Promise<T>;
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
  /** When an audit row was written; default: this machine's clock. */
  readonly now?: () => Date;
}

const DEFAULT_POOL_SIZE = 10;

/** The generated client behind each handle: kept here, so that it is no part of the handle's type. */
const clients = new WeakMap<Database, object>();

function createRepositories(context: Context): ChangeRepositories {
  return {
    fleet: createFleetRepository(context),
    hosts: createHostRepository(context),
    admission: createAdmissionRepository(context),
    hostSettings: createHostSettingRepository(context),
    sections: createSectionRepository(context),
    certificates: createCertificateRepository(context),
    artifacts: createArtifactRepository(context),
    policies: createPolicyRepository(context),
    endpoints: createEndpointRepository(context),
    findings: createFindingRepository(context),
    orders: createOrderRepository(context),
    jobs: createJobRepository(context),
    tokens: createTokenRepository(context),
    setupTokens: createSetupTokenRepository(context),
    accounts: createAccountRepository(context),
    invitations: createInvitationRepository(context),
    groups: createGroupRepository(context),
    audit: createAuditRepository(context),
    overview: createOverviewRepository(context),
    sharedInstalls: createSharedInstallRepository(context),
    timeline: createTimelineRepository(context),
  };
}

/** Undoes a transaction that names no row of the audit. */
class NothingChanged extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('nothing changed');
    this.result = result;
  }
}

/** Opens the pool and checks that the database answers. Fails with `DatabaseUnreachableError` (a sentence, without the password). */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const {
    url,
    poolSize = DEFAULT_POOL_SIZE,
    onPoolError = () => undefined,
    now = () => new Date(),
  } = options;
  const { client, pool } = createClient({ url, poolSize, onPoolError });
  const statusCache: StatusCache = new Map();
  const ping = async (): Promise<void> => {
    try {
      await pool.query('SELECT 1');
    } catch (error) {
      throw unreachable(url, error);
    }
  };
  const within = (transaction: Client): Context => ({
    client: transaction,
    statusCache,
    atomically: (inner) => inner(transaction),
  });
  const change: Database['change'] = async (actor, work) => {
    try {
      return await client.$transaction(async (transaction) => {
        const { result, audit } = await work(createRepositories(within(transaction)));
        if (audit.length === 0) throw new NothingChanged(result);
        await appendAudit(
          transaction,
          now(),
          audit.map((record) => ({ actor, record })),
        );
        return result;
      });
    } catch (error) {
      if (error instanceof NothingChanged) return error.result as never;
      throw error;
    }
  };
  const database: Database = {
    ...createRepositories({ client, statusCache, atomically: (work) => client.$transaction(work) }),
    change,
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
