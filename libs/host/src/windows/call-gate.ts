import { SystemCallError } from './system-call-error.ts';

export interface CallGateOptions {
  /** Of one call; default 10 s. */
  readonly limitMs?: number;
  /** Told once, at the first call that does not answer in time. */
  readonly onStuck?: () => void;
}

export interface CallGate {
  /**
   * Makes one call after the other. One that does not answer in time is given up: `late` gets what it answers after all (a handle to
   * close). `what` names it for people.
   */
  run<T>(what: string, call: () => Promise<T>, late?: (value: T) => void): Promise<T>;
}

const LIMIT_MS = 10_000;
/** Of the four threads that Node keeps for such calls (and for every file): two are left to the rest of the agent. */
const MAX_STUCK = 2;
const MAX_WAITING = 256;

/**
 * Time limits for calls that cannot be stopped: some of Windows' stores do not answer for half an hour (trust-stores.md §6.6). What is
 * stuck is not called again until it answers.
 */
export function createCallGate(options: CallGateOptions = {}): CallGate {
  const limitMs = options.limitMs ?? LIMIT_MS;
  const stuck = new Map<symbol, string>();
  let told = false;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const refusal = (what: string): SystemCallError | null => {
    const names = [...stuck.values()];
    if (!names.includes(what) && names.length < MAX_STUCK) return null;
    return new SystemCallError(
      `${what} was not tried: ${names.join(' and ')} did not answer within ${limitMs / 1000} s and still does not. Restart the agent's service, or the machine, if it lasts`,
    );
  };

  const bounded = <T>(what: string, call: () => Promise<T>, late?: (value: T) => void): Promise<T> => {
    const refused = refusal(what);
    if (refused !== null) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      const key = Symbol(what);
      const timer = setTimeout(() => {
        stuck.set(key, what);
        if (!told) options.onStuck?.();
        told = true;
        reject(new SystemCallError(`${what} did not answer within ${limitMs / 1000} s`));
      }, limitMs);
      call().then(
        (value) => {
          clearTimeout(timer);
          if (stuck.delete(key)) late?.(value);
          else resolve(value);
        },
        (error: unknown) => {
          clearTimeout(timer);
          stuck.delete(key);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  };

  return {
    run(what, call, late) {
      if (waiting >= MAX_WAITING)
        return Promise.reject(new SystemCallError(`${what} was not tried: ${waiting} calls wait already`));
      waiting += 1;
      const made = last.then(() => bounded(what, call, late));
      last = made.then(
        () => (waiting -= 1),
        () => (waiting -= 1), // the caller of `made` is told; the next call is made all the same
      );
      return made;
    },
  };
}
