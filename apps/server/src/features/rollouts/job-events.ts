import type { Database, JobEventOutcome, ReceivedJobEvent } from '@trustfleet/database';
import type { JobEvent } from '@trustfleet/protocol';
import { verifyJobEvent } from '@trustfleet/signing';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import { Batcher } from '../fleet/batcher.ts';
import type { Dispatcher } from './dispatcher.ts';

interface JobEventsOptions {
  readonly database: Database;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly dispatcher: Pick<Dispatcher, 'tellCancel'>;
  /** Raw base64 key of an enrolled host; undefined for a stranger. */
  readonly hostKey: (hostId: string) => string | undefined;
  readonly now: () => Date;
}

/** Takes agents' job events in: each exactly once, acknowledged only after its row is committed. */
export class JobEvents {
  private readonly options: JobEventsOptions;
  private readonly batcher: Batcher<ReceivedJobEvent, JobEventOutcome>;
  /** Events beyond what is kept of one job, since the start. */
  private dropped = 0;

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
   * acknowledges. A final event whose signature does not fit the host's key is kept as evidence and ends nothing.
   */
  async accept(hostId: string, event: JobEvent): Promise<string> {
    const { logger, hostKey, now } = this.options;
    const key = hostKey(hostId);
    const signatureValid = key !== undefined && verifyJobEvent(event, key);
    if (event.signature !== null && !signatureValid)
      logger.warn({ hostId, jobId: event.jobId, eventId: event.eventId }, 'job event with a wrong signature');
    const outcome = await this.batcher.add({ hostId, event, signatureValid, receivedAt: now() });
    this.log({ hostId, jobId: event.jobId }, outcome);
    this.follow(hostId, outcome);
    return event.eventId;
  }

  drain(): Promise<void> {
    return this.batcher.drain();
  }

  private log(about: { hostId: string; jobId: string }, { kind, reason, stored }: JobEventOutcome): void {
    const { logger } = this.options;
    if (kind === 'foreign' || kind === 'illegal')
      logger.warn({ ...about, kind, reason }, 'job event changes nothing');
    if (stored || kind === 'foreign' || kind === 'duplicate') return;
    this.dropped += 1;
    // A host that floods must not flood the log: at 1, 2, 4, 8 …
    if (Number.isInteger(Math.log2(this.dropped)))
      logger.warn({ ...about, dropped: this.dropped }, 'a job has more events than are kept');
  }

  private follow(hostId: string, { job, quarantined }: JobEventOutcome): void {
    const { events, dispatcher } = this.options;
    if (job === null) return;
    if (job.tellCancel) dispatcher.tellCancel(job);
    events.publish({ type: 'job', id: job.id, orderId: job.orderId, hostId: job.hostId });
    if (quarantined) events.publish({ type: 'host', id: hostId, what: 'admission' });
  }
}
