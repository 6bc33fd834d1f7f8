const MIB = 1024 * 1024;

/** Far above what an honest host ever says that the fleet has not heard before, far below what fills a disk. */
const LIMITS = { burst: 64 * MIB, perDay: 256 * MIB };
const DAY_MS = 86_400_000;

/**
 * How many bytes of new bodies one host may make the database keep, whatever its sockets do: the history is never thrown away, so that a
 * host which invents a new body each second would fill the disk and with it end everybody's service.
 */
export class BodyBudget {
  private readonly limits: { readonly burst: number; readonly perDay: number };
  /** What is left and when that was counted, of hosts that have spent something. */
  private readonly hosts = new Map<string, { readonly left: number; readonly at: number }>();

  constructor(limits = LIMITS) {
    this.limits = limits;
  }

  /** Spends `bytes` of a host's budget; false, and nothing spent, where it has less. `now`: milliseconds. */
  take(hostId: string, bytes: number, now: number): boolean {
    const { burst, perDay } = this.limits;
    const before = this.hosts.get(hostId) ?? { left: burst, at: now };
    const grown = before.left + (Math.max(0, now - before.at) * perDay) / DAY_MS;
    const left = Math.min(burst, grown);
    const enough = bytes <= left;
    this.hosts.set(hostId, { left: enough ? left - bytes : left, at: now });
    return enough;
  }
}
