import { createAgentHub, type AgentHub } from '@trustfleet/agent-hub';
import { sha256Hex } from '@trustfleet/certificates';
import { SYSTEM, type Database } from '@trustfleet/database';
import type { Policy } from '@trustfleet/policy';
import { HostEndpoints } from '../features/endpoints/host-endpoints.ts';
import type { EventBus } from '../features/events/event-bus.ts';
import { Admission } from '../features/fleet/admission.service.ts';
import { CertificateIngest } from '../features/fleet/certificate-ingest.ts';
import { ClockWatch } from '../features/fleet/clock-watch.ts';
import { loadKeySet, type FleetKeySet } from '../features/fleet/fleet-key-set.ts';
import { gatewayHandlers } from '../features/fleet/gateway.ts';
import { KnownHosts } from '../features/fleet/host-directory.ts';
import { HostRequests } from '../features/fleet/host-requests.service.ts';
import { HostSettings } from '../features/fleet/host-settings.service.ts';
import { InventoryIngest } from '../features/fleet/inventory-ingest.ts';
import { Presence } from '../features/fleet/presence.ts';
import { PolicyEvaluation } from '../features/policies/policy-evaluation.ts';
import { Dispatcher } from '../features/rollouts/dispatcher.ts';
import { JobEvents } from '../features/rollouts/job-events.ts';
import type { Logger } from '../logging/logger.ts';
import type { Ports } from './ports.ts';

interface AgentOptions {
  readonly database: Database;
  readonly ports: Ports;
  readonly fleetId: string;
  readonly logger: Logger;
  readonly events: EventBus;
  /** UUID of this process, new at each start. */
  readonly process: string;
  readonly now: () => Date;
}

/** What stands behind the agents' port. */
export interface AgentParts {
  readonly hub: AgentHub;
  readonly hosts: KnownHosts;
  readonly keySet: FleetKeySet;
  readonly admission: Admission;
  readonly settings: HostSettings;
  readonly requests: HostRequests;
  readonly endpoints: HostEndpoints;
  readonly dispatcher: Dispatcher;
  /** Says goodbye to the agents and writes what waits. */
  stop(): Promise<void>;
}

/** The agents' half of the object graph (`compose` makes the other). */
export async function composeAgents(options: AgentOptions): Promise<AgentParts> {
  const { database, logger, events, ports, now } = options;
  const hosts = new KnownHosts(await database.hosts.credentials());
  // One process serves a studio: whoever held a socket before this start holds none any more.
  await database.hosts.disconnectAll('everyProcess');
  const evaluation = new PolicyEvaluation({ database, events, logger, now });
  // This release may judge otherwise than the one before; nobody has to wait for it.
  void evaluation.evaluate(hosts.ids());

  const presence = new Presence({ database, events, logger, process: options.process, now });
  const inventory = new InventoryIngest({ database, evaluation, events, logger, now });
  const certificates = new CertificateIngest(database, logger);
  const dispatcher = new Dispatcher({ database, events, logger, now });
  const hostKey = (hostId: string) => hosts.find(hostId)?.publicKey;
  const jobEvents = new JobEvents({
    database,
    events,
    logger,
    dispatcher,
    hostKey,
    now,
    random: Math.random,
  });
  const limitsMs = clockLimits(await database.policies.list());
  const clocks = new ClockWatch({ database, hosts, evaluation, events, limitsMs });
  const endpoints = new HostEndpoints(
    { database, hosts, logger, hub: () => hub, judge: (hostIds) => void evaluation.evaluate(hostIds) },
    await database.endpoints.list(SYSTEM),
  );
  const settle = () => Promise.all([inventory.drain(), jobEvents.drain(), presence.flush()]);
  const held = await composeHolds({ ...options, hosts, dispatcher, endpoints, hub: () => hub, settle });
  const hub = createAgentHub({
    server: ports.agentServer,
    serverId: options.fleetId,
    certificateSha256: sha256Hex(ports.keys.agentTls.der),
    signingKey: ports.keys.serverKey,
    hosts,
    endpoints: (hostId) => endpoints.of(hostId),
    handlers: gatewayHandlers({
      ...{ hosts, presence, clocks, inventory, certificates, jobEvents, dispatcher, logger, now },
      ...{ admission: held.admission, settings: held.settings },
    }),
  });
  dispatcher.start((hostId, message) => hub.send(hostId, message));
  return {
    ...{ hub, hosts, dispatcher, endpoints },
    requests: new HostRequests({ database, send: (hostId, message) => hub.send(hostId, message) }),
    ...held,
    stop: async () => {
      // A few hosts come back at once, thousands spread out.
      await hub.close({ spreadMs: Math.min(60_000, 1_000 + hub.counts().online * 6) });
      await dispatcher.stop();
      await Promise.all([inventory.drain(), jobEvents.stop(), presence.stop(), endpoints.stop()]);
      await evaluation.stop();
    },
  };
}

interface HoldOptions extends AgentOptions {
  readonly hosts: KnownHosts;
  readonly dispatcher: Dispatcher;
  readonly endpoints: HostEndpoints;
  /** Made after its handlers, which need what is made here. */
  readonly hub: () => AgentHub;
  /** Resolves when what waits to be written is written. */
  readonly settle: () => Promise<unknown>;
}

/** Who may connect, by what, and who is held. */
async function composeHolds(
  options: HoldOptions,
): Promise<Pick<AgentParts, 'admission' | 'settings' | 'keySet'>> {
  const { database, logger, events, ports, hosts, hub, now } = options;
  const { serverKey } = ports.keys;
  const keySet = await loadKeySet({ database, logger, fleetId: options.fleetId, serverKey });
  const settings = new HostSettings(
    { database, hosts, events, logger, keySet, now, session: (hostId) => hub().session(hostId) },
    await database.hostSettings.pending(),
  );
  const admission = new Admission({
    ...{ database, hosts, events, logger, now },
    disconnect: async (hostId) => {
      settings.forget(hostId);
      hub().disconnect(hostId, 'revoked');
      await options.settle();
    },
    moved: (hostId, groupId) => {
      options.endpoints.moved(hostId, groupId);
    },
    offer: (hostId) => options.dispatcher.offerTo(hostId),
  });
  return { admission, settings, keySet };
}

/** Offsets beyond which a policy minds, milliseconds. Policies change with a start only. */
function clockLimits(policies: readonly Policy[]): number[] {
  return policies.flatMap((policy) =>
    policy.rule === 'clockAccurate' ? [policy.parameters.maxOffsetSeconds * 1000] : [],
  );
}
