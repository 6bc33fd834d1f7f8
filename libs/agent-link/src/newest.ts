/**
 * Hands values on one after the other, and of those that came meanwhile only the newest (protocol.md, "Rules" 2): what is replaced by
 * each message is never handled out of turn, nor queued.
 */
export class Newest<T> {
  readonly #handle: (value: T) => void | Promise<void>;
  readonly #onError: (error: unknown) => void;
  #waiting: { readonly value: T } | undefined;
  #running: Promise<void> | undefined;

  constructor(handle: (value: T) => void | Promise<void>, onError: (error: unknown) => void) {
    this.#handle = handle;
    this.#onError = onError;
  }

  offer(value: T): void {
    this.#waiting = { value };
    this.#running ??= this.#run();
  }

  /** Forgets what waits; resolves when nothing is being handled any more. */
  async stop(): Promise<void> {
    this.#waiting = undefined;
    await this.#running;
  }

  async #run(): Promise<void> {
    // A handler may throw at once, before it gives a promise; and the offer itself ends first.
    await Promise.resolve();
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      try {
        await this.#handle(next.value);
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#running = undefined;
  }

  #take(): { readonly value: T } | undefined {
    const next = this.#waiting;
    this.#waiting = undefined;
    return next;
  }
}
