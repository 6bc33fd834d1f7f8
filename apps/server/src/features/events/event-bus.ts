import type { StreamEvent } from '@trustfleet/api';

/** Where one reader's events go; see `EventBus.subscribe`. */
export interface EventSink {
  /** Writes one event; false when the reader's connection is full and `onDrain` will follow. */
  write(event: StreamEvent): boolean;
  /** The server stops: the stream ends and the browser asks again later. */
  end(): void;
}

/** One reader: what waits for it is bounded, and a reader that was too slow is told to refetch everything. */
export class Subscription {
  private readonly sink: EventSink;
  private readonly limit: number;
  private waiting: StreamEvent[] = [];
  private full = false;

  constructor(sink: EventSink, limit: number) {
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

/** Hands ids of what changed to every open event stream. Holds no state that rows do not hold. */
export class EventBus {
  private readonly subscriptions = new Set<Subscription>();
  private readonly queueLimit: number;
  private readonly readerLimit: number;

  constructor(limits: { readonly queue: number; readonly readers: number } = { queue: 200, readers: 500 }) {
    this.queueLimit = limits.queue;
    this.readerLimit = limits.readers;
  }

  publish(event: StreamEvent): void {
    for (const subscription of this.subscriptions) subscription.push(event);
  }

  /** Adds a reader; null when the server already serves as many as it may. */
  subscribe(sink: EventSink): Subscription | null {
    if (this.subscriptions.size >= this.readerLimit) return null;
    const subscription = new Subscription(sink, this.queueLimit);
    this.subscriptions.add(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
  }

  /** Ends every stream. */
  close(): void {
    for (const subscription of this.subscriptions) subscription.end();
    this.subscriptions.clear();
  }

  get readers(): number {
    return this.subscriptions.size;
  }
}
