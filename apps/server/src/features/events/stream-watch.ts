import type { Account, Database } from '@trustfleet/database';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus, Reader } from './event-bus.ts';

interface WatchOptions {
  readonly bus: EventBus;
  readonly database: Pick<Database, 'accounts'>;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Together under the 5 s within which a stream ends after its session or its right (security.md, "sockets that outlive revocation"). */
const CHECK_MS = 2_000;
const ANSWER_LIMIT_MS = 2_000;

function sameScope(a: Reader['groups'], b: Reader['groups']): boolean {
  return a === b || (a !== 'all' && b !== 'all' && a.length === b.length && a.every((id) => b.includes(id)));
}

function stillMay(reader: Reader, account: Account | undefined): boolean {
  return (
    account !== undefined &&
    account.disabledAt === null &&
    account.role === reader.role &&
    sameScope(reader.groups, account.groups)
  );
}

/**
 * Ends the streams of those whose session is over, who were disabled, or whose role or groups changed: asks the database, so that it
 * does not matter which process made the change. One statement for all streams. Where the database does not answer, every stream
 * ends: who reads again is checked anew.
 */
export class StreamWatch {
  private readonly options: WatchOptions;
  private readonly timer: NodeJS.Timeout;
  private busy = false;

  constructor(options: WatchOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.check(), CHECK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks at every open stream now. */
  async check(): Promise<void> {
    const open = this.options.bus.open();
    if (open.length === 0 || this.busy) return;
    this.busy = true;
    try {
      const accounts = await this.accountsOf([...new Set(open.map(({ reader }) => reader.sessionId))]);
      for (const stream of open)
        if (!stillMay(stream.reader, accounts.get(stream.reader.sessionId))) stream.end();
    } catch (error) {
      this.options.logger.warn(
        { err: error, streams: open.length },
        'event streams could not be checked and were ended',
      );
      for (const stream of open) stream.end();
    } finally {
      this.busy = false;
    }
  }

  private async accountsOf(sessionIds: readonly string[]): Promise<ReadonlyMap<string, Account>> {
    const { database, now } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`));
      }, ANSWER_LIMIT_MS);
    });
    try {
      return await Promise.race([database.accounts.bySessions(sessionIds, now()), limit]);
    } finally {
      clearTimeout(timer);
    }
  }
}
