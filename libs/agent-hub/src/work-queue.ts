/** Runs tasks one after the other. Each host has one, so that what comes from it is handled in order and alone. */
export class WorkQueue {
  readonly #tasks: (() => void | Promise<void>)[] = [];
  readonly #onError: (error: unknown) => void;
  #running: Promise<void> | undefined;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get length(): number {
    return this.#tasks.length;
  }

  push(task: () => void | Promise<void>): void {
    this.#tasks.push(task);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is left. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // The first task starts after the caller's own work is done.
    await Promise.resolve();
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      try {
        const done = task();
        // Most messages of a quiet fleet are answered at once: they cost no turn of the promise queue each.
        if (done instanceof Promise) await done;
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#running = undefined;
  }
}
