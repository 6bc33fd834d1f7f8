import type { Database, JobRef } from '@trustfleet/database';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import { Offers, type SendToHost } from './offers.ts';

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
/** A step of the sweep is repeated while it finds something, at most so often; the next sweep takes the rest. */
const ROUNDS = 20;

/** Brings jobs to hosts. The rows are the truth: whatever is lost on the way is offered again by a later sweep. */
export class Dispatcher {
  private readonly options: DispatcherOptions;
  private readonly offers: Offers;
  private send: SendToHost = () => 'offline';
  private timer: NodeJS.Timeout | null = null;
  private nextDue: Date | null = null;
  private lastSweep = 0;
  private running: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(options: DispatcherOptions) {
    this.options = options;
    this.offers = new Offers({
      ...options,
      send: (hostId, message) => this.send(hostId, message),
      failed: (error) => {
        this.failed('offering to hosts that came back', error);
      },
      moved: (jobs) => {
        this.changed(jobs);
      },
    });
  }

  /** Starts the clock; `send` reaches the hosts that are connected to this process. */
  start(send: SendToHost): void {
    this.send = send;
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
    this.timer.unref();
  }

  /** Resolves when the sweep and the offers that run have ended. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.running;
    await this.offers.idle();
  }

  /** An order's rows are written: offer them now, or remember when. A failure leaves them to the next sweep. */
  async orderCreated(hostIds: readonly string[], notBefore: Date): Promise<void> {
    if (notBefore > this.options.now()) {
      if (this.nextDue === null || notBefore < this.nextDue) this.nextDue = notBefore;
      return;
    }
    await this.guarded('offering a new order', async () => {
      await this.offers.now(hostIds);
      this.changed(await this.options.database.jobs.holdOffline(this.options.now()));
    });
  }

  /** A host has come: sends it what is due, and `cancel` for what is to be given up. Never fails. */
  async offerTo(hostId: string): Promise<void> {
    await this.offers.whenGathered(hostId);
  }

  /** Asks the host to give this job up. Lost on the way, it is sent again by the next sweep. */
  tellCancel(job: JobRef): void {
    this.offers.cancel(job);
  }

  /** Tells who watches that these jobs have moved. */
  changed(moved: readonly JobRef[]): void {
    for (const { id, orderId, hostId } of moved)
      this.options.events.publish({ type: 'job', id, orderId, hostId });
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
    await this.repeat(() => jobs.settleCancelled(now));
    await this.repeat(() => jobs.expireDelivery(now));
    await this.repeat(() => jobs.loseSilent(now));
    await this.offers.now('all');
    await this.repeat(() => jobs.holdOffline(now));
    const next = await jobs.nextDueAt(now);
    if (next !== null && (this.nextDue === null || next < this.nextDue)) this.nextDue = next;
  }

  private async repeat(step: () => Promise<readonly JobRef[]>): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const moved = await step();
      if (moved.length === 0) return;
      this.changed(moved);
    }
  }

  private async guarded(during: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failed(during, error);
    }
  }

  private failed(during: string, error: unknown): void {
    this.options.logger.error(
      { err: error, during },
      'jobs could not be dispatched; the next sweep tries again',
    );
  }
}
