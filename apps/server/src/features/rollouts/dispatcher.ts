import type { OutgoingMessage, SendResult } from '@trustfleet/agent-hub';
import {
  SYSTEM,
  type Database,
  type DeliverableJob,
  type JobRef,
  type JobSummary,
} from '@trustfleet/database';
import { OPEN_JOB_STATES, type JobMessage, type JobState } from '@trustfleet/protocol';
import { isAccepted, isLost } from '@trustfleet/rollout';
import { toBase64 } from '@trustfleet/signing';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import { EXECUTION_TIMEOUT_MS } from './order-signer.ts';

/** The one thing that the dispatcher needs of the sockets. */
export type SendToHost = (hostId: string, message: OutgoingMessage) => SendResult;

interface DispatcherOptions {
  readonly database: Database;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** How exactly a scheduled job meets its time. */
const TICK_MS = 1_000;
/** What a lost nudge missed is found within this time (architecture.md, "Storage and scale"). */
const SWEEP_MS = 30_000;
/** Nothing else waits in an order yet: no window, no bake time, no second attempt. */
const WINDOW_MS = 0;
/** Hosts that a new order is offered to side by side. */
const AT_ONCE = 10;
const ACCEPTED_STATES = OPEN_JOB_STATES.filter(isAccepted);
const PAGE = 200;

/** Brings jobs to hosts. The rows are the truth: whatever is lost on the way is offered again by a later sweep. */
export class Dispatcher {
  private readonly options: DispatcherOptions;
  private send: SendToHost = () => 'offline';
  private timer: NodeJS.Timeout | null = null;
  private nextDue: Date | null = null;
  private lastSweep = 0;
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  /** The last offer to each host that still runs. */
  private readonly turns = new Map<string, Promise<void>>();

  constructor(options: DispatcherOptions) {
    this.options = options;
  }

  /** Starts the clock; `send` reaches the hosts that are connected to this process. */
  start(send: SendToHost): void {
    this.send = send;
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
    this.timer.unref();
  }

  /** Resolves when the sweep that runs has ended. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.running;
  }

  /** An order's rows are written: offer them now, or remember when. A failure leaves them to the next sweep. */
  async orderCreated(hostIds: readonly string[], notBefore: Date): Promise<void> {
    if (notBefore > this.options.now()) {
      if (this.nextDue === null || notBefore < this.nextDue) this.nextDue = notBefore;
      return;
    }
    await this.guarded('offering a new order', async () => {
      for (let at = 0; at < hostIds.length; at += AT_ONCE)
        await Promise.all(hostIds.slice(at, at + AT_ONCE).map((hostId) => this.offerTo(hostId)));
      this.publish(await this.options.database.jobs.holdOffline(this.options.now()));
    });
  }

  /** Sends this host what is due. One offer after the other: two at once would send the same job twice. */
  offerTo(hostId: string): Promise<void> {
    const offer = () => this.offerNow(hostId);
    const turn = (this.turns.get(hostId) ?? Promise.resolve()).then(offer, offer).finally(() => {
      if (this.turns.get(hostId) === turn) this.turns.delete(hostId);
    });
    this.turns.set(hostId, turn);
    return turn;
  }

  /** Marked as offered first: the host's answer may be quicker than the next write. */
  private async offerNow(hostId: string): Promise<void> {
    const { database, now, logger } = this.options;
    const at = now();
    const due = await database.jobs.dueForHost(hostId, at);
    if (due.length === 0) return;
    const moved = await database.jobs.transition({
      jobIds: due.map((job) => job.id),
      from: ['queued', 'heldOffline', 'offered'],
      to: 'offered',
      at,
    });
    const offered = new Set(moved.map((job) => job.id));
    for (const job of due.filter(({ id }) => offered.has(id))) {
      const result = this.send(hostId, jobMessage(job));
      if (result !== 'sent') logger.info({ hostId, jobId: job.id, result }, 'job not delivered yet');
    }
    this.publish(moved);
  }

  private tick(): void {
    const now = this.options.now();
    const due = this.nextDue !== null && this.nextDue <= now;
    if (this.busy || (!due && now.getTime() - this.lastSweep < SWEEP_MS)) return;
    this.busy = true;
    this.lastSweep = now.getTime();
    this.nextDue = null;
    this.running = this.guarded('the sweep', () => this.sweep(now)).finally(() => {
      this.busy = false;
    });
  }

  private async sweep(now: Date): Promise<void> {
    const { jobs } = this.options.database;
    this.publish(await jobs.expireDelivery(now));
    for (const hostId of await jobs.hostsWithDueJobs(now)) await this.offerTo(hostId);
    this.publish(await jobs.holdOffline(now));
    await this.loseSilent(now);
    const next = await jobs.nextDueAt(now);
    if (next !== null && (this.nextDue === null || next < this.nextDue)) this.nextDue = next;
  }

  /** Accepted, then silent past `reportBy`: `lost`. The last word of the host stands for its acceptance. */
  private async loseSilent(now: Date): Promise<void> {
    for (const state of ACCEPTED_STATES) {
      for await (const job of this.jobsIn(state)) {
        const silent = isLost(
          { state, acceptedAt: job.updatedAt, windowMs: WINDOW_MS, executionTimeoutMs: EXECUTION_TIMEOUT_MS },
          now,
        );
        if (silent)
          this.publish(
            await this.options.database.jobs.transition({
              jobIds: [job.id],
              from: [state],
              to: 'lost',
              at: now,
            }),
          );
      }
    }
  }

  /** Jobs of one state, as they were at the start of each page; one that is skipped by a move is met by the next sweep. */
  private async *jobsIn(state: JobState): AsyncGenerator<JobSummary> {
    for (let page = 1; ; page += 1) {
      const { items, total } = await this.options.database.jobs.list(SYSTEM, { state, page, pageSize: PAGE });
      yield* items;
      if (page * PAGE >= total) return;
    }
  }

  private publish(moved: readonly JobRef[]): void {
    for (const job of moved)
      this.options.events.publish({ type: 'job', id: job.id, orderId: job.orderId, hostId: job.hostId });
  }

  private async guarded(during: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.logger.error(
        { err: error, during },
        'jobs could not be dispatched; the next sweep tries again',
      );
    }
  }
}

function jobMessage(job: DeliverableJob): JobMessage {
  const artifacts = Object.fromEntries(
    job.artifacts.map((artifact) => [artifact.sha256, toBase64(artifact.bytes)]),
  );
  return { type: 'job', order: job.order, job: job.job, artifacts };
}
