import { setTimeout as delay } from 'node:timers/promises';
import type { Database, JobEventOutcome, ReceivedJobEvent } from '@trustfleet/database';
import type { JobEvent } from '@trustfleet/protocol';
import { verifyJobEvent } from '@trustfleet/signing';
import type { Logger } from '../../logging/logger.ts';
import { ThinnedLog } from '../../logging/thinned-log.ts';
import type { EventBus } from '../events/event-bus.ts';
import { Batcher } from '../fleet/batcher.ts';
import type { Dispatcher } from './dispatcher.ts';

interface JobEventsOptions {
  readonly database: { readonly jobs: Pick<Database['jobs'], 'acceptEvents'> };
  readonly events: EventBus;
  readonly logger: Logger;
  readonly dispatcher: Pick<Dispatcher, 'tellCancel'>;
  /** Raw base64 key of an enrolled host; undefined for a stranger. */
  readonly hostKey: (hostId: string) => string | undefined;
  readonly now: () => Date;
  /** In [0, 1): jitter only. */
  readonly random: () => number;
}

/** Tries to commit an event, and the wait before the second one, milliseconds; each further wait is twice as long, ± 50 %. */
const TRIES = 6;
const FIRST_WAIT_MS = 250;

/** Takes agents' job events in: each exactly once, acknowledged only after its row is committed. */
export class JobEvents {
  private readonly options: JobEventsOptions;
  private readonly batcher: Batcher<ReceivedJobEvent, JobEventOutcome>;
  private readonly forged: ThinnedLog;
  private readonly useless: ThinnedLog;
  private readonly dropped: ThinnedLog;
  private readonly ended = new AbortController();

  constructor(options: JobEventsOptions) {
    this.options = options;
    this.forged = new ThinnedLog(options.logger, 'job event with a wrong signature');
    this.useless = new ThinnedLog(options.logger, 'job event changes nothing', 100);
    this.dropped = new ThinnedLog(options.logger, 'a job has more events than are kept', 1);
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
    const { hostKey, now } = this.options;
    const key = hostKey(hostId);
    const signatureValid = key !== undefined && verifyJobEvent(event, key);
    if (event.signature !== null && !signatureValid)
      this.forged.warn({ hostId, jobId: event.jobId, eventId: event.eventId });
    const outcome = await this.commit({ hostId, event, signatureValid, receivedAt: now() });
    this.log({ hostId, jobId: event.jobId }, outcome);
    this.follow(hostId, outcome);
    return event.eventId;
  }

  /** Resolves when what waits is committed, or known not to be. */
  drain(): Promise<void> {
    return this.batcher.drain();
  }

  /** The same at the end of the process: nothing is tried again. */
  stop(): Promise<void> {
    this.ended.abort();
    return this.drain();
  }

  /**
   * A database that is away for a moment costs nothing: the hub gives one message of a host at a time, so what the host said next
   * waits and is never stored before. After the last try nothing is acknowledged, and the agent says it again in a minute.
   */
  private async commit(received: ReceivedJobEvent): Promise<JobEventOutcome> {
    const { logger, random } = this.options;
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.batcher.add(received);
      } catch (error) {
        if (tried >= TRIES || this.ended.signal.aborted) throw error;
        logger.warn({ err: error, jobId: received.event.jobId, tried }, 'a job event is committed again');
        const wait = FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + random());
        await delay(wait, undefined, { signal: this.ended.signal });
      }
    }
  }

  private log(about: { hostId: string; jobId: string }, { kind, reason, stored }: JobEventOutcome): void {
    if (kind === 'foreign' || kind === 'illegal') this.useless.warn({ ...about, kind, reason });
    if (!stored && kind !== 'foreign' && kind !== 'duplicate') this.dropped.warn(about);
  }

  private follow(hostId: string, { job, stored, quarantined }: JobEventOutcome): void {
    const { events, dispatcher } = this.options;
    if (job === null) return;
    if (job.tellCancel) dispatcher.tellCancel(job);
    // What left no row is no news: said again and again it would make every reader read again and again.
    if (stored) events.publish({ type: 'job', id: job.id, orderId: job.orderId, hostId: job.hostId });
    if (quarantined) events.publish({ type: 'host', id: hostId, what: 'admission' });
  }
}
