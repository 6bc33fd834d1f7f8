import { isDatabaseAway } from '@trustfleet/database';

interface BatcherOptions<Item, Result> {
  /** Handles many items at once; results stand in the order of the items. */
  readonly run: (batch: readonly Item[]) => Promise<readonly Result[]>;
  /** An item waits at most so long for company, milliseconds. */
  readonly delayMs: number;
  readonly maxItems: number;
  /** With it a batch is closed too when its items weigh `maxWeight` together: bytes, where they differ much. */
  readonly weigh?: (item: Item) => number;
  readonly maxWeight?: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Collects items of many hosts into one statement (architecture.md, "Hot paths"). A batch that fails is tried
 * again item by item, so that what one host sent never costs another host its report, however many bad items stand in a row; unless the
 * database is away, which is no item's doing. Its caller bounds how many items wait: the hub gives one message a host at a time.
 */
export class Batcher<Item, Result> {
  private readonly options: BatcherOptions<Item, Result>;
  private waiting: Waiting<Item, Result>[] = [];
  private weight = 0;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(options: BatcherOptions<Item, Result>) {
    this.options = options;
  }

  /** Resolves when the item's batch is committed. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.weight += this.options.weigh?.(item) ?? 0;
      if (this.isFull()) this.flush();
      else {
        this.timer ??= setTimeout(() => {
          this.flush();
        }, this.options.delayMs);
      }
    });
  }

  /** Hands over what waits and resolves when all of it is done. Never fails: each item has its own answer. */
  async drain(): Promise<void> {
    this.flush();
    await this.running;
  }

  private isFull(): boolean {
    const { maxItems, maxWeight = Infinity } = this.options;
    return this.waiting.length >= maxItems || this.weight >= maxWeight;
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const batch = this.waiting;
    this.waiting = [];
    this.weight = 0;
    // One batch after the other: two of them never write the same rows in different orders.
    if (batch.length > 0) this.running = this.running.then(() => this.runBatch(batch));
  }

  private async runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      await this.answer(batch);
    } catch (error) {
      await this.runOneByOne(batch, error);
    }
  }

  private async answer(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const results = await this.options.run(batch.map(({ item }) => item));
    if (results.length !== batch.length)
      throw new Error(`A batch of ${batch.length} items gave ${results.length} results.`);
    results.forEach((result, index) => batch[index]?.resolve(result));
  }

  /** Finds the bad items. As soon as the database is away the rest is given up. */
  private async runOneByOne(batch: readonly Waiting<Item, Result>[], reason: unknown): Promise<void> {
    let giveUp: unknown = batch.length === 1 || isDatabaseAway(reason) ? reason : null;
    for (const one of batch) {
      if (giveUp !== null) {
        one.reject(giveUp);
        continue;
      }
      try {
        await this.answer([one]);
      } catch (error) {
        one.reject(error);
        if (isDatabaseAway(error)) giveUp = error;
      }
    }
  }
}
