import type { StoreChange } from './types.ts';

type Failed = Extract<StoreChange, { state: 'failed' }>;

/** A change that did not happen, or not whole: `so far` says what did. */
export function failed(reason: string, soFar: Partial<Pick<Failed, 'files' | 'commands'>> = {}): Failed {
  return { state: 'failed', reason, files: soFar.files ?? [], commands: soFar.commands ?? [] };
}

/** What went wrong, in the words of whoever threw it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
