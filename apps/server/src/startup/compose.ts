import type { RequestListener } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { AgentHub } from '@trustfleet/agent-hub';
import { sha256Hex } from '@trustfleet/certificates';
import type { Database } from '@trustfleet/database';
import { exportPublicKey } from '@trustfleet/signing';
import type { AppServices } from '../app.module.ts';
import type { ServerConfig } from '../config/config.ts';
import { Accounts } from '../features/accounts/auth.ts';
import { AccountsService } from '../features/accounts/accounts.service.ts';
import { GroupsService } from '../features/accounts/groups.service.ts';
import { InvitationsService } from '../features/accounts/invitations.service.ts';
import { SignIn } from '../features/accounts/sign-in.ts';
import { AuditService } from '../features/audit/audit.service.ts';
import { AuditWatch } from '../features/audit/audit-watch.ts';
import { StreamWatch } from '../features/events/stream-watch.ts';
import { SetupService } from '../features/accounts/setup.service.ts';
import { EndpointsService } from '../features/endpoints/endpoints.service.ts';
import { InstallsService } from '../features/installs/installs.service.ts';
import { EventBus } from '../features/events/event-bus.ts';
import { EnrolmentService } from '../features/fleet/enrolment.service.ts';
import { BundlesService } from '../features/bundles/bundles.service.ts';
import { artifactListener } from '../features/fleet/artifact-endpoint.ts';
import { HostsService } from '../features/fleet/hosts.service.ts';
import { TimelineService } from '../features/fleet/timeline/timeline.service.ts';
import { Readiness } from '../features/health/health.controller.ts';
import { PoliciesService } from '../features/policies/policies.service.ts';
import { OrdersService } from '../features/rollouts/orders.service.ts';
import type { Logger } from '../logging/logger.ts';
import { composeAgents, type AgentParts } from './compose-agents.ts';
import type { Ports } from './ports.ts';

interface ComposeOptions {
  readonly config: ServerConfig;
  readonly database: Database;
  readonly ports: Ports;
  readonly fleetId: string;
  readonly logger: Logger;
}

/** The running parts of the server. */
export interface Composition {
  readonly services: AppServices;
  readonly accounts: Accounts;
  readonly signIn: SignIn;
  readonly hub: AgentHub;
  /** Answers a request for an artifact; false for any other. */
  readonly artifacts: (...of: Parameters<RequestListener>) => boolean;
  /** Ends what runs by itself and writes what waits, in the order in which the parts need each other. */
  stop(): Promise<void>;
}

const now = () => new Date();

/** Builds the object graph: who needs whom is said here and nowhere else. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { database, logger } = options;
  const process = randomUUID();
  const events = new EventBus({
    groupsOf: (hostIds) => database.hosts.groupsOf(hostIds),
    onFailure: (error) => {
      logger.warn({ err: error }, 'events could not be told apart by group');
    },
  });
  const agents = await composeAgents({ ...options, events, process, now });

  const accounts = makeAccounts(options);
  const signIn = new SignIn({ accounts, database, logger });
  const watches = [
    new StreamWatch({ bus: events, database, logger, now }),
    new AuditWatch({ bus: events, database, logger }),
  ];
  return {
    services: {
      ...makeServices(options, { events, accounts, agents }),
      ...{
        events,
        admission: agents.admission,
        hostSettings: agents.settings,
        hostRequests: agents.requests,
      },
    },
    accounts,
    signIn,
    hub: agents.hub,
    artifacts: artifactListener({ hosts: agents.hosts, artifacts: database.artifacts, logger }),
    stop: async () => {
      for (const watch of watches) watch.stop();
      await agents.stop();
      await signIn.stop();
      await database.hosts.disconnectAll({ process });
    },
  };
}

function makeAccounts({ config, database, logger, ports }: ComposeOptions): Accounts {
  const https = config.tls !== null || config.publicUrl?.protocol === 'https:';
  return new Accounts({ database, logger, secret: ports.keys.sessionSecret, origins: ports.origins, https });
}

interface Parts {
  readonly events: EventBus;
  readonly accounts: Accounts;
  readonly agents: AgentParts;
}

function makeServices(
  { database, ports, fleetId }: ComposeOptions,
  { events, accounts, agents: { hosts, dispatcher, keySet, endpoints } }: Parts,
): Omit<AppServices, 'events' | 'admission' | 'hostSettings' | 'hostRequests'> {
  const { keys } = ports;
  const fleet = {
    fleetId,
    caCertificate: keys.authority.certificatePem,
    caPin: sha256Hex(keys.authority.der),
    serverKey: exportPublicKey(keys.serverKey),
    keySet: keySet.envelope,
  };
  return {
    readiness: new Readiness(database),
    setup: new SetupService({ database, accounts, now }),
    accounts: new AccountsService(database, now),
    invitations: new InvitationsService({ database, accounts, url: ports.url, now }),
    groups: new GroupsService(database, now),
    audit: new AuditService({ database, fleetId, serverKey: keys.serverKey, now }),
    hosts: new HostsService(database, now),
    timeline: new TimelineService(database),
    enrolment: new EnrolmentService({ database, hosts, events, fleet, agentUrl: ports.agentUrl, now }),
    policies: new PoliciesService(database, now),
    bundles: new BundlesService(database, now),
    installs: new InstallsService(database),
    endpoints: new EndpointsService({ database, changed: () => endpoints.changed(), now }),
    orders: new OrdersService({ database, signer: { fleetId, key: keys.serverKey }, dispatcher, now }),
  };
}
