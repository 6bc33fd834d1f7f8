import type { Database } from '@trustfleet/database';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';

interface WatchOptions {
  readonly database: Pick<Database, 'audit'>;
  readonly bus: EventBus;
  readonly logger: Logger;
}

const LOOK_MS = 2_000;

/** Tells open streams that the audit grew, whichever process wrote: one look for all of them, and none where nobody reads it. */
export class AuditWatch {
  private readonly options: WatchOptions;
  private readonly timer: NodeJS.Timeout;
  private seen: number | null = null;
  private busy = false;

  constructor(options: WatchOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const { bus, database, logger } = this.options;
    if (this.busy) return;
    if (!bus.open().some(({ reader }) => reader.readsAudit)) {
      this.seen = null;
      return;
    }
    this.busy = true;
    try {
      const { seq } = await database.audit.head();
      if (this.seen !== null && seq !== this.seen) bus.publish({ type: 'audit' });
      this.seen = seq;
    } catch (error) {
      logger.warn({ err: error }, 'the audit could not be looked at');
    } finally {
      this.busy = false;
    }
  }
}
