/**
 * One timer for many deadlines (protocol.md, "Rules" 3). An item is looked at when its slot comes round; `check` says in how many
 * milliseconds to look again, or `undefined` to forget it. A message that moves a deadline costs nothing here.
 */
export class TimerWheel<T> {
  readonly #slots: Set<T>[];
  readonly #slotOf = new Map<T, Set<T>>();
  readonly #tickMs: number;
  readonly #check: (item: T) => number | undefined;
  #position = 0;
  #at: number;

  constructor(options: {
    readonly tickMs: number;
    readonly slots: number;
    readonly now: number;
    readonly check: (item: T) => number | undefined;
  }) {
    this.#slots = Array.from({ length: options.slots }, () => new Set<T>());
    this.#tickMs = options.tickMs;
    this.#check = options.check;
    this.#at = options.now;
  }

  /** Puts `item` in, or moves it. Delays beyond the wheel are looked at when it has turned once. */
  schedule(item: T, delayMs: number): void {
    this.remove(item);
    const ticks = Math.min(Math.max(1, Math.ceil(delayMs / this.#tickMs)), this.#slots.length - 1);
    const slot = this.#slots[(this.#position + ticks) % this.#slots.length];
    if (slot === undefined) return;
    slot.add(item);
    this.#slotOf.set(item, slot);
  }

  remove(item: T): void {
    this.#slotOf.get(item)?.delete(item);
    this.#slotOf.delete(item);
  }

  /** Turns as far as the clock went. */
  turn(now: number): void {
    const due = Math.min(Math.floor((now - this.#at) / this.#tickMs), this.#slots.length);
    if (due <= 0) return;
    this.#at = now;
    for (let i = 0; i < due; i += 1) this.#turnOne();
  }

  #turnOne(): void {
    this.#position = (this.#position + 1) % this.#slots.length;
    for (const item of [...(this.#slots[this.#position] ?? [])]) {
      this.remove(item);
      const again = this.#check(item);
      if (again !== undefined) this.schedule(item, again);
    }
  }
}
