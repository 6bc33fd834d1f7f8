/** A bucket of `burst` tokens that fills at `perSecond`. Time is passed in, milliseconds. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(rate: { readonly perSecond: number; readonly burst: number }, now: number) {
    this.#perMs = rate.perSecond / 1000;
    this.#burst = rate.burst;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes `cost` tokens when there is one, else says no. May leave a debt, so that a big message is not refused for ever. */
  take(now: number, cost = 1): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Milliseconds until `tokens` of them (at most the burst) are there. */
  waitFor(tokens: number, now: number): number {
    this.#fill(now);
    return Math.max(0, Math.ceil((Math.min(tokens, this.#burst) - this.#tokens) / this.#perMs));
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#burst;
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
