import type { AgentSession, SessionClose } from '@trustfleet/agent-hub';
import type { Database, HostConnection, HostHello } from '@trustfleet/database';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import { Batcher } from './batcher.ts';

interface PresenceOptions {
  readonly database: Database;
  readonly events: EventBus;
  readonly logger: Logger;
  /** UUID of this process, new at each start. */
  readonly process: string;
  readonly now: () => Date;
}

interface Arrival {
  readonly connection: HostConnection;
  readonly hello: HostHello;
}

/** Last-seen of all hosts is written together, so often. */
const FLUSH_MS = 10_000;
/** How long who comes or goes waits for others: a fleet that comes back does so by hundreds. */
const BATCH = { delayMs: 20, maxItems: 500 };

/** Who holds a socket, and when each host was last heard; both in batches. */
export class Presence {
  private readonly options: PresenceOptions;
  private readonly arrivals: Batcher<Arrival, undefined>;
  private readonly departures: Batcher<HostConnection, boolean>;
  private heard = new Map<string, Date>();
  private readonly timer: NodeJS.Timeout;

  constructor(options: PresenceOptions) {
    this.options = options;
    this.arrivals = new Batcher({ run: (batch) => this.recordArrivals(batch), ...BATCH });
    this.departures = new Batcher({ run: (batch) => this.recordDepartures(batch), ...BATCH });
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  /** Any message counts. */
  touch(hostId: string): void {
    this.heard.set(hostId, this.options.now());
  }

  /** Resolves when the rows say so. */
  async connected(session: AgentSession): Promise<void> {
    const { hostId, hello, connectedAt, interception } = session;
    const { process, now, events } = this.options;
    this.touch(hostId);
    await this.arrivals.add({
      connection: { hostId, process, since: connectedAt },
      hello: {
        hostId,
        agentVersion: hello.agentVersion,
        bootId: hello.bootId,
        permits: hello.permits,
        allowListDigest: hello.allowListDigest,
        interception,
        keySet: hello.keySet,
        at: now(),
      },
    });
    events.publish({ type: 'host', id: hostId, what: 'presence' });
  }

  async disconnected(session: AgentSession, close: SessionClose): Promise<void> {
    const { hostId, connectedAt } = session;
    this.options.logger.info({ hostId, end: close.end }, 'host left');
    // The newer socket of the same host holds the row by now.
    if (close.end === 'replaced') return;
    const gone = await this.departures.add({ hostId, process: this.options.process, since: connectedAt });
    if (gone) this.options.events.publish({ type: 'host', id: hostId, what: 'presence' });
  }

  /** Writes what was heard; a failure is logged and the times wait for the next turn. */
  async flush(): Promise<void> {
    const heard = this.heard;
    this.heard = new Map();
    if (heard.size === 0) return;
    try {
      await this.options.database.hosts.touchLastSeen([...heard].map(([hostId, at]) => ({ hostId, at })));
    } catch (error) {
      this.options.logger.error({ err: error, hosts: heard.size }, 'last-seen could not be written');
      this.heard = new Map([...heard, ...this.heard]);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([this.arrivals.drain(), this.departures.drain()]);
    await this.flush();
  }

  private async recordArrivals(batch: readonly Arrival[]): Promise<undefined[]> {
    const { hosts } = this.options.database;
    await hosts.connect(batch.map(({ connection }) => connection));
    await hosts.recordHello(batch.map(({ hello }) => hello));
    return batch.map(() => undefined);
  }

  private async recordDepartures(batch: readonly HostConnection[]): Promise<boolean[]> {
    // Before the host counts as gone: its page says when it was last heard.
    await this.flush();
    const gone = new Set(await this.options.database.hosts.disconnect(batch));
    return batch.map(({ hostId }) => gone.has(hostId));
  }
}
