import type { AgentHubHandlers, AgentSession } from '@trustfleet/agent-hub';
import type { Ack, AgentMessage } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import type { Dispatcher } from '../rollouts/dispatcher.ts';
import type { JobEvents } from '../rollouts/job-events.ts';
import type { CertificateIngest } from './certificate-ingest.ts';
import type { InventoryIngest } from './inventory-ingest.ts';
import type { Presence } from './presence.ts';

interface GatewayParts {
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

/** What the server does with what agents send: each answer goes out after the rows are committed. */
export function gatewayHandlers(parts: GatewayParts): AgentHubHandlers {
  const wishes = async (
    hostId: string,
    result: { changed: readonly string[]; wanted: readonly string[] },
  ) => ({
    wantSections: [...result.wanted],
    wantCertificates: result.changed.length > 0 ? [...(await parts.certificates.wantedOf(hostId))] : [],
  });

  const onMessage = async (session: AgentSession, message: AgentMessage): Promise<void> => {
    const { hostId } = session;
    parts.presence.touch(hostId);
    if (message.type === 'report') {
      acknowledge(session, {
        seq: message.seq,
        ...(await wishes(hostId, await parts.inventory.report(hostId, message.sections, false))),
      });
    } else if (message.type === 'section') {
      const result = await parts.inventory.section(hostId, message);
      acknowledge(session, { seq: message.seq, ...(result === null ? {} : await wishes(hostId, result)) });
    } else if (message.type === 'certificates') {
      await parts.certificates.accept(hostId, message, parts.now());
      // What was just sent and refused is not asked for again: a host that sends it wrongly would do so for ever.
      const sent = new Set(message.certificates.map((certificate) => certificate.sha256));
      const wanted = await parts.certificates.wantedOf(hostId);
      acknowledge(session, {
        seq: message.seq,
        wantCertificates: wanted.filter((sha256) => !sent.has(sha256)),
      });
    } else if (message.type === 'jobEvent') {
      acknowledge(session, { jobEvents: [await parts.jobEvents.accept(hostId, message.event)] });
    }
  };

  const onHello = async (session: AgentSession): Promise<void> => {
    await parts.presence.connected(session);
    const result = await parts.inventory.report(session.hostId, session.hello.sections, true);
    const wantCertificates = [...(await parts.certificates.wantedOf(session.hostId))];
    acknowledge(session, { wantSections: [...result.wanted], wantCertificates });
    await parts.dispatcher.offerTo(session.hostId);
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
