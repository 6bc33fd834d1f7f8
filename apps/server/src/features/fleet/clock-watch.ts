import type { Database } from '@trustfleet/database';
import type { PolicyEvaluation } from '../policies/policy-evaluation.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { KnownHosts } from './host-directory.ts';

interface ClockWatchOptions {
  readonly database: Database;
  readonly hosts: KnownHosts;
  readonly evaluation: PolicyEvaluation;
  readonly events: EventBus;
  /** Offsets beyond which a policy minds, milliseconds. */
  readonly limitsMs: readonly number[];
}

/** Less than this is no news: a row is not written for every tick of a clock. */
const NEWS_MS = 30_000;
/** What the column holds: some 24 days, beyond which it makes no difference how wrong a clock is. */
const LARGEST_MS = 2 ** 31 - 1;

/** Whether an offset says something new, pure: it moved far, or across a limit. `stored` is null where nothing was ever said. */
export function isClockNews(stored: number | null, said: number, limitsMs: readonly number[]): boolean {
  if (stored === null || Math.abs(said - stored) > NEWS_MS) return true;
  return limitsMs.some((limit) => Math.abs(stored) > limit !== Math.abs(said) > limit);
}

/** Keeps what agents say about their wall clocks. A wrong clock is a finding, never a refusal (protocol.md, "Signed orders and jobs"). */
export class ClockWatch {
  private readonly options: ClockWatchOptions;

  constructor(options: ClockWatchOptions) {
    this.options = options;
  }

  /** Wall clock minus server time, milliseconds, as a heartbeat said. */
  async heard(hostId: string, offsetMs: number): Promise<void> {
    const { database, hosts, evaluation, events, limitsMs } = this.options;
    const known = hosts.find(hostId);
    const said = Math.max(-LARGEST_MS, Math.min(LARGEST_MS, offsetMs));
    if (known === undefined || !isClockNews(known.clockOffsetMs, said, limitsMs)) return;
    await database.admission.saveClockOffset(hostId, said);
    hosts.update(hostId, { clockOffsetMs: said });
    events.publish({ type: 'host', id: hostId, what: 'report' });
    await evaluation.evaluate([hostId]);
  }
}
