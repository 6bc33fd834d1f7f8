import type { RepairLog } from '@trustfleet/repair';
import { messageOf } from '@trustfleet/terminal';
import { createServerClock, sinceBoot, type ServerClock } from '../server-time.ts';
import { readServerTime, writeServerTime, type StoredServerTime } from '../state/server-time-file.ts';

export interface ServerClockOptions {
  readonly stateDir: string;
  readonly bootId: string;
  readonly log: RepairLog;
}

async function readStored({ stateDir, log }: ServerClockOptions): Promise<StoredServerTime | null> {
  try {
    return await readServerTime(stateDir);
  } catch (error) {
    // The next welcome writes it anew; until then server time is unknown, which refuses nothing for good.
    log('warn', 'the server time of an earlier run could not be read', { reason: messageOf(error) });
    return null;
  }
}

/** The server's clock with what an earlier run of this boot knew. */
export async function openServerClock(options: ServerClockOptions): Promise<ServerClock> {
  return createServerClock({
    bootId: options.bootId,
    sinceBoot,
    wallTime: () => new Date(),
    stored: await readStored(options),
    store: (time) => writeServerTime(options.stateDir, time),
  });
}
