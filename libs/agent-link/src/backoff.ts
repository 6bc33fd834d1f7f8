import type { LinkLimits } from './types.ts';

/** How the last attempt or session ended, as far as the next wait depends on it. */
export type Ending =
  /** Never got online. `retryAfterMs`: the server's own wish. */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number | undefined }
  /** Was online and lost the server. */
  | { readonly kind: 'lost' }
  /** The server sent `reconnect`; it has spread the delays itself. */
  | { readonly kind: 'ordered'; readonly afterMs: number }
  /** The trial of another identity took this connection's place at the server: go on at once, as whom the trial said. */
  | { readonly kind: 'moved' }
  /** Another machine with the same identity took over, or the host was revoked: hurry helps nobody. */
  | { readonly kind: 'unwanted' };

export interface DelayRequest {
  readonly ending: Ending;
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly limits: LinkLimits;
  /** In [0, 1) */
  readonly random: number;
}

/** Only so that two that move at once do not meet. */
const MOVED_MS = 100;

/** Milliseconds until the next try (protocol.md, "Rules" 4). Every one has jitter. */
export function nextDelay({ ending, failures, limits, random }: DelayRequest): number {
  const ceiling = Math.min(limits.backoffCapMs, limits.backoffBaseMs * 2 ** Math.min(failures - 1, 30));
  switch (ending.kind) {
    case 'failed':
      return ending.retryAfterMs === undefined
        ? random * ceiling
        : ordered(ending.retryAfterMs, limits, random);
    case 'ordered':
      return ordered(ending.afterMs, limits, random);
    case 'moved':
      return random * MOVED_MS;
    case 'lost':
      // Whoever is dropped again and again waits longer than the first 30 s.
      return random * Math.max(limits.firstDelayMs, ceiling);
    case 'unwanted':
      return (0.5 + random / 2) * limits.backoffCapMs;
  }
}

function ordered(ms: number, limits: LinkLimits, random: number): number {
  const bounded = Math.min(Math.max(0, ms), limits.maxOrderedDelayMs);
  return bounded + random * Math.min(1_000, 100 + bounded / 10);
}

/** `Retry-After` in milliseconds (RFC 9110 §10.2.3, the form in seconds); undefined when it is absent or no number. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : undefined;
}
