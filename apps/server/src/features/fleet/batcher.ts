interface BatcherOptions<Item, Result> {
  /** Handles many items at once; results stand in the order of the items. */
  readonly run: (batch: readonly Item[]) => Promise<readonly Result[]>;
  /** An item waits at most so long for company, milliseconds. */
  readonly delayMs: number;
  readonly maxItems: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Collects items of many hosts into one statement (architecture.md, "Hot paths"). A batch that fails is tried
 * again item by item, so that what one host sent never costs another host its report. Its caller bounds how many
 * items wait: the hub gives one message a host at a time.
 */
export class Batcher<Item, Result> {
  private readonly options: BatcherOptions<Item, Result>;
  private waiting: Waiting<Item, Result>[] = [];
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(options: BatcherOptions<Item, Result>) {
    this.options = options;
  }

  /** Resolves when the item's batch is committed. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.waiting.length >= this.options.maxItems) this.flush();
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

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const batch = this.waiting;
    this.waiting = [];
    // One batch after the other: two of them never write the same rows in different orders.
    if (batch.length > 0) this.running = this.running.then(() => this.runBatch(batch));
  }

  private async runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.options.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('The batch gave fewer results than items.'));
        else resolve(result);
      });
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1) only?.reject(error);
      else for (const one of batch) await this.runBatch([one]);
    }
  }
}
