/**
 * Counts requests of each address in windows of a minute, with a bound on the addresses that it remembers. A new one beyond it costs one that
 * asked least its count, of these the one that came first: a flood of made-up addresses pushes out one another, and never the address that
 * somebody keeps trying.
 */
export class RequestLimiter {
  private readonly limits: { readonly perMinute: number; readonly addresses: number };
  private counts = new Map<string, number>();
  /** The addresses of each count; none is counted beyond the first one that is refused. */
  private byCount: Set<string>[] = [];
  private windowStart = Number.NEGATIVE_INFINITY;

  constructor(limits: { readonly perMinute: number; readonly addresses: number }) {
    this.limits = limits;
  }

  /** Counts one request. `now`: monotonic milliseconds. */
  admit(address: string, now: number): boolean {
    const { perMinute, addresses } = this.limits;
    if (now - this.windowStart >= 60_000) {
      this.windowStart = now;
      this.counts = new Map();
      this.byCount = Array.from({ length: perMinute + 2 }, () => new Set<string>());
    }
    const before = this.counts.get(address) ?? 0;
    if (before === 0 && this.counts.size >= addresses) this.forgetOne();
    const count = Math.min(before + 1, perMinute + 1);
    this.byCount[before]?.delete(address);
    this.byCount[count]?.add(address);
    this.counts.set(address, count);
    return count <= perMinute;
  }

  private forgetOne(): void {
    const least = this.byCount.find((having) => having.size > 0);
    const [address] = least ?? [];
    if (address === undefined) return;
    least?.delete(address);
    this.counts.delete(address);
  }
}
