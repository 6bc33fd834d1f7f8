import { CliError } from '@trustfleet/terminal';
import { heldFileLock } from './held-file-lock.ts';
import { linkedFileLock } from './linked-file-lock.ts';

/** Another process holds the lock. */
export class AgentRunsError extends CliError {}

export type LockOutcome =
  | { readonly kind: 'taken'; readonly release: () => Promise<void> }
  | { readonly kind: 'held'; readonly by: number }
  /** It changed hands each time. */
  | { readonly kind: 'busy' };

/** One holder for each state directory; the lock of a process that is gone counts as free. */
export interface LockKind {
  /** Process number of the living holder, or null. */
  holder(stateDir: string): Promise<number | null>;
  take(stateDir: string): Promise<LockOutcome>;
}

const lock: LockKind = process.platform === 'win32' ? heldFileLock : linkedFileLock;

/** Is an agent running on this state directory? Its process number, or null. */
export const runningAgent = (stateDir: string): Promise<number | null> => lock.holder(stateDir);

/**
 * One agent a state directory: two would write one journal. A lock of a process that is gone is taken over. Answers
 * the function that gives it back.
 */
export async function takeInstanceLock(stateDir: string): Promise<() => Promise<void>> {
  const outcome = await lock.take(stateDir);
  if (outcome.kind === 'taken') return outcome.release;
  if (outcome.kind === 'held')
    throw new AgentRunsError(
      `An agent runs on ${stateDir} already (process ${outcome.by}). Stop it first, or name another --state-dir.`,
    );
  throw new CliError(
    `The lock of ${stateDir} could not be taken: other agents are starting on it. Try again.`,
  );
}
