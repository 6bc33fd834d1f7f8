import type { AgentSession, SessionClose } from '@trustfleet/agent-hub';
import type { Database } from '@trustfleet/database';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';

interface PresenceOptions {
  readonly database: Database;
  readonly events: EventBus;
  readonly logger: Logger;
  /** UUID of this process, new at each start. */
  readonly process: string;
  readonly now: () => Date;
}

/** Last-seen of all hosts is written together, so often. */
const FLUSH_MS = 10_000;

/** Who holds a socket, and when each host was last heard; the latter only in batches. */
export class Presence {
  private readonly options: PresenceOptions;
  private heard = new Map<string, Date>();
  private readonly timer: NodeJS.Timeout;

  constructor(options: PresenceOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  /** Any message counts. */
  touch(hostId: string): void {
    this.heard.set(hostId, this.options.now());
  }

  async connected(session: AgentSession): Promise<void> {
    const { hostId, hello } = session;
    await this.options.database.hosts.connect({
      hostId,
      process: this.options.process,
      since: session.connectedAt,
    });
    await this.options.database.hosts.recordHello({
      hostId,
      agentVersion: hello.agentVersion,
      bootId: hello.bootId,
      permits: hello.permits,
      allowListDigest: hello.allowListDigest,
      interception: session.interception,
      keySet: hello.keySet,
      at: this.options.now(),
    });
    this.options.events.publish({ type: 'host', id: hostId, what: 'presence' });
  }

  async disconnected(session: AgentSession, close: SessionClose): Promise<void> {
    this.options.logger.info({ hostId: session.hostId, end: close.end }, 'host left');
    // The newer socket of the same host holds the row by now.
    if (close.end === 'replaced') return;
    await this.flush();
    const gone = await this.options.database.hosts.disconnect({
      hostId: session.hostId,
      process: this.options.process,
      since: session.connectedAt,
    });
    if (gone) this.options.events.publish({ type: 'host', id: session.hostId, what: 'presence' });
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
    await this.flush();
  }
}
