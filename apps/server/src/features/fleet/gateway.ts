import type { AgentHubHandlers, AgentSession } from '@trustfleet/agent-hub';
import { SECTIONS_WITH_ANCHORS } from '@trustfleet/database';
import type { Ack, AgentMessage } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import type { Dispatcher } from '../rollouts/dispatcher.ts';
import type { JobEvents } from '../rollouts/job-events.ts';
import type { Admission } from './admission.service.ts';
import type { CertificateIngest } from './certificate-ingest.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { KnownHosts } from './host-directory.ts';
import type { HostSettings } from './host-settings.service.ts';
import type { InventoryIngest } from './inventory-ingest.ts';
import type { Presence } from './presence.ts';

interface GatewayParts {
  readonly hosts: KnownHosts;
  readonly admission: Admission;
  readonly settings: HostSettings;
  readonly clocks: ClockWatch;
  readonly presence: Presence;
  readonly inventory: InventoryIngest;
  readonly certificates: CertificateIngest;
  readonly jobEvents: JobEvents;
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
  readonly now: () => Date;
}

type AckContent = Omit<Ack, 'type'>;

/** Empty wishes are left out of the message. */
function acknowledge(session: AgentSession, content: AckContent): void {
  const filled = Object.entries(content).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  if (filled.length > 0) session.send({ type: 'ack', ...Object.fromEntries(filled) });
}

type Wishes = Pick<AckContent, 'wantSections' | 'wantCertificates'>;
/** What is acknowledged of a message; null: nothing. */
type Answers = {
  readonly [Type in AgentMessage['type']]?: (
    session: AgentSession,
    message: Extract<AgentMessage, { type: Type }>,
  ) => Promise<AckContent | null>;
};

/** One entry for each message that is more than a sign of life. */
function answersOf(parts: GatewayParts): Answers {
  const certificatesWanted = (session: AgentSession): Promise<readonly string[]> =>
    parts.certificates.wantedOf(parts.inventory.named(session, SECTIONS_WITH_ANCHORS));
  const wishes = async (
    session: AgentSession,
    result: { changed: readonly string[]; wanted: readonly string[] },
  ): Promise<Wishes> => ({
    wantSections: [...result.wanted],
    wantCertificates: result.changed.some((name) => SECTIONS_WITH_ANCHORS.includes(name))
      ? [...(await certificatesWanted(session))]
      : [],
  });
  return {
    report: async (session, { seq, sections }) => ({
      seq,
      ...(await wishes(session, await parts.inventory.report(session, sections))),
    }),
    section: async (session, message) => {
      const result = await parts.inventory.section(session, message);
      return { seq: message.seq, ...(result === null ? {} : await wishes(session, result)) };
    },
    certificates: async (session, message) => {
      const sections = parts.inventory.named(session, SECTIONS_WITH_ANCHORS);
      await parts.certificates.accept({ hostId: session.hostId, sections }, message, parts.now());
      // What was just sent and refused is not asked for again: a host that sends it wrongly would do so for ever.
      const sent = new Set(message.certificates.map((certificate) => certificate.sha256));
      const wanted = await parts.certificates.wantedOf(sections);
      return { seq: message.seq, wantCertificates: wanted.filter((sha256) => !sent.has(sha256)) };
    },
    jobEvent: async ({ hostId }, { event }) => ({
      jobEvents: [await parts.jobEvents.accept(hostId, event)],
    }),
    settingsResult: async (session, message) => {
      const id = await parts.settings.result(session, message);
      return id === null ? null : { settings: [id] };
    },
    heartbeat: async ({ hostId }, { clockOffsetMs }) => {
      if (clockOffsetMs !== undefined) await parts.clocks.heard(hostId, clockOffsetMs);
      return null;
    },
  };
}

/** What the server does with what agents send: each answer goes out after the rows are committed. */
export function gatewayHandlers(parts: GatewayParts): AgentHubHandlers {
  const answers = answersOf(parts);

  const answer = async (session: AgentSession, message: AgentMessage): Promise<void> => {
    // The entry of this very type: TypeScript does not follow that through a look-up.
    const entry = answers[message.type] as
      ((from: AgentSession, sent: AgentMessage) => Promise<AckContent | null>) | undefined;
    const content = (await entry?.(session, message)) ?? null;
    if (content !== null) acknowledge(session, content);
  };

  const onMessage = (session: AgentSession, message: AgentMessage): void | Promise<void> => {
    // Revoked while it waited its turn: it changes nothing any more.
    if (parts.hosts.find(session.hostId) === undefined) return;
    parts.presence.touch(session.hostId);
    // What most reports of a quiet fleet are: answered here and now.
    if (message.type === 'report' && parts.inventory.knows(session, message.sections))
      acknowledge(session, { seq: message.seq });
    else return answer(session, message);
  };

  const onHello = async (session: AgentSession): Promise<void> => {
    const { hostId, hello } = session;
    if (parts.hosts.find(hostId) === undefined) return;
    await parts.presence.connected(session);
    await parts.admission.hello(hostId, hello.instance);
    const result = await parts.inventory.hello(session);
    // All that it has, changed or not: an earlier session may have ended before it had sent its certificates.
    const sections = parts.inventory.named(session, SECTIONS_WITH_ANCHORS);
    const wantCertificates = [...(await parts.certificates.wantedOf(sections))];
    acknowledge(session, { wantSections: [...result.wanted], wantCertificates });
    await parts.settings.hello(session);
    await parts.dispatcher.offerTo(hostId);
  };

  return {
    onHello,
    onMessage,
    onClose: (session, close) => parts.presence.disconnected(session, close),
    onRejected: (rejection) => {
      parts.logger.info({ ...rejection }, 'agent turned away');
    },
    onError: (error, context) => {
      parts.logger.error({ err: error, ...context }, 'message of an agent could not be handled');
    },
  };
}
