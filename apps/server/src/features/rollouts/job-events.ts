import type { Database, JobEventOutcome, ReceivedJobEvent } from '@trustfleet/database';
import type { JobEvent } from '@trustfleet/protocol';
import { verifyJobEvent } from '@trustfleet/signing';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import { Batcher } from '../fleet/batcher.ts';

interface JobEventsOptions {
  readonly database: Database;
  readonly events: EventBus;
  readonly logger: Logger;
  /** Raw base64 key of an enrolled host; undefined for a stranger. */
  readonly hostKey: (hostId: string) => string | undefined;
  readonly now: () => Date;
}

/** Takes agents' job events in: each exactly once, acknowledged only after its row is committed. */
export class JobEvents {
  private readonly options: JobEventsOptions;
  private readonly batcher: Batcher<ReceivedJobEvent, JobEventOutcome>;

  constructor(options: JobEventsOptions) {
    this.options = options;
    this.batcher = new Batcher({
      run: (batch) => options.database.jobs.acceptEvents(batch),
      delayMs: 20,
      maxItems: 200,
    });
  }

  /**
   * Returns the event's id, to be acknowledged whatever became of it: an agent sends for ever what nobody
   * acknowledges. A signature that does not fit the host's key is kept as "not signed" and logged.
   */
  async accept(hostId: string, event: JobEvent): Promise<string> {
    const { logger, hostKey, now, events } = this.options;
    const key = hostKey(hostId);
    const signatureValid = key !== undefined && verifyJobEvent(event, key);
    if (event.signature !== null && !signatureValid)
      logger.warn({ hostId, jobId: event.jobId, eventId: event.eventId }, 'job event with a wrong signature');
    const outcome = await this.batcher.add({ hostId, event, signatureValid, receivedAt: now() });
    if (outcome.kind === 'foreign' || outcome.kind === 'illegal') {
      logger.warn(
        { hostId, jobId: event.jobId, kind: outcome.kind, reason: outcome.reason },
        'job event changes nothing',
      );
    }
    if (outcome.job !== null)
      events.publish({
        type: 'job',
        id: outcome.job.id,
        orderId: outcome.job.orderId,
        hostId: outcome.job.hostId,
      });
    return event.eventId;
  }

  drain(): Promise<void> {
    return this.batcher.drain();
  }
}
