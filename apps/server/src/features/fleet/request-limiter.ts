/** Counts requests of each address in windows of a minute, with a bound on the addresses that it remembers. */
export class RequestLimiter {
  private readonly limits: { readonly perMinute: number; readonly addresses: number };
  private counts = new Map<string, number>();
  private windowStart = 0;

  constructor(limits: { readonly perMinute: number; readonly addresses: number }) {
    this.limits = limits;
  }

  /** Counts one request. `now`: monotonic milliseconds. */
  admit(address: string, now: number): boolean {
    if (now - this.windowStart >= 60_000 || this.counts.size >= this.limits.addresses) {
      this.windowStart = now;
      this.counts = new Map();
    }
    const count = (this.counts.get(address) ?? 0) + 1;
    this.counts.set(address, count);
    return count <= this.limits.perMinute;
  }
}
