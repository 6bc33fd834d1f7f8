import type { GroupScope, Role, StreamEvent } from '@trustfleet/api';

/** Where one reader's events go; see `EventBus.subscribe`. */
export interface EventSink {
  /** Writes one event; false when the reader's connection is full and `onDrain` will follow. */
  write(event: StreamEvent): boolean;
  /** The stream ends and the browser asks again later. */
  end(): void;
}

/** For whom a stream is, as the person was when it began. */
export interface Reader {
  readonly accountId: string;
  readonly sessionId: string;
  readonly role: Role;
  readonly groups: GroupScope;
  /** Whether to tell of new entries of the audit. */
  readonly readsAudit: boolean;
}

/** One reader: what waits for it is bounded, and a reader that was too slow is told to refetch everything. */
export class Subscription {
  readonly reader: Reader;
  private readonly sink: EventSink;
  private readonly limit: number;
  private waiting: StreamEvent[] = [];
  private full = false;

  constructor(reader: Reader, sink: EventSink, limit: number) {
    this.reader = reader;
    this.sink = sink;
    this.limit = limit;
  }

  push(event: StreamEvent): void {
    if (!this.full) {
      this.full = !this.sink.write(event);
    } else if (this.waiting.length < this.limit) {
      this.waiting.push(event);
    } else {
      this.waiting = [{ type: 'resync' }];
    }
  }

  end(): void {
    this.sink.end();
  }

  /** The connection takes more again. */
  onDrain(): void {
    const events = this.waiting;
    this.waiting = [];
    this.full = false;
    for (const event of events) this.push(event);
  }
}

interface EventBusOptions {
  /** The groups of these hosts now; a host that is gone is absent. */
  readonly groupsOf: (hostIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Told when a look-up failed. */
  readonly onFailure?: (error: unknown) => void;
  readonly limits?: BusLimits;
}

interface BusLimits {
  readonly queue: number;
  readonly readers: number;
  /** Streams of one account: nobody takes everybody's places. */
  readonly ofAccount: number;
}

const LIMITS: BusLimits = { queue: 200, readers: 500, ofAccount: 30 };
/** How long events wait for company before the groups of their hosts are looked up together. */
const LOOK_UP_MS = 50;
/** Events that wait for a look-up at most; beyond it a reader refetches everything. */
const LOOK_UPS = 2000;

function hostOf(event: StreamEvent): string | null {
  if (event.type === 'host') return event.id;
  return event.type === 'job' || event.type === 'findings' ? event.hostId : null;
}

/**
 * Hands ids of what changed to every open event stream, each only what its reader may know of. Holds no state that rows do not hold:
 * which group a host is in is asked of the database at each event, so that a host that moves is never told to those it left.
 */
export class EventBus {
  private readonly options: EventBusOptions;
  private readonly subscriptions = new Set<Subscription>();
  private readonly limits: BusLimits;
  private waiting: StreamEvent[] = [];
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();

  /** Without `groupsOf`, readers of some groups are told of no host. */
  constructor(options: Partial<EventBusOptions> = {}) {
    this.options = { groupsOf: () => Promise.resolve(new Map()), ...options };
    this.limits = options.limits ?? LIMITS;
  }

  publish(event: StreamEvent): void {
    const hostId = hostOf(event);
    let someAreLimited = false;
    for (const subscription of this.subscriptions) {
      if (hostId !== null && subscription.reader.groups !== 'all') someAreLimited = true;
      else if (event.type !== 'audit' || subscription.reader.readsAudit) subscription.push(event);
    }
    if (someAreLimited) this.lookUp(event);
  }

  /** Adds a reader; null when the server already serves as many as it may, in all or of that account. */
  subscribe(reader: Reader, sink: EventSink): Subscription | null {
    const ofAccount = this.open().filter((other) => other.reader.accountId === reader.accountId).length;
    if (this.subscriptions.size >= this.limits.readers || ofAccount >= this.limits.ofAccount) return null;
    const subscription = new Subscription(reader, sink, this.limits.queue);
    this.subscriptions.add(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
  }

  /** Those that are open. */
  open(): readonly Subscription[] {
    return [...this.subscriptions];
  }

  /** Ends every stream. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    for (const subscription of this.subscriptions) subscription.end();
    this.subscriptions.clear();
  }

  get readers(): number {
    return this.subscriptions.size;
  }

  private lookUp(event: StreamEvent): void {
    if (this.waiting.length < LOOK_UPS) this.waiting.push(event);
    else this.waiting = [{ type: 'resync' }];
    this.timer ??= setTimeout(() => {
      this.timer = null;
      // One after the other, so that a reader gets events in their order.
      this.looking = this.looking.then(() => this.deliver());
    }, LOOK_UP_MS);
  }

  private async deliver(): Promise<void> {
    const events = this.waiting;
    this.waiting = [];
    const hostIds = new Set(events.map(hostOf).filter((hostId) => hostId !== null));
    try {
      const groups = await this.options.groupsOf([...hostIds]);
      for (const event of events) this.pushTo(event, groups.get(hostOf(event) ?? ''));
    } catch (error) {
      this.options.onFailure?.(error);
      // Nobody is told of anything that was not checked; who reads again is checked anew.
      this.pushTo({ type: 'resync' }, undefined);
    }
  }

  private pushTo(event: StreamEvent, groupId: string | undefined): void {
    for (const subscription of this.subscriptions) {
      const { groups } = subscription.reader;
      if (groups === 'all') continue;
      const told = event.type === 'resync' || (groupId !== undefined && groups.includes(groupId));
      if (told) subscription.push(event);
    }
  }
}
