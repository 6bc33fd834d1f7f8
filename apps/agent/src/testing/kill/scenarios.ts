import { randomUUID } from 'node:crypto';
import type { JobMessage } from '@trustfleet/protocol';
import type { Studio } from './studio.ts';

/** How the store's tool behaves after it really ran. */
export type Behaviour =
  'works' | 'failsAfterAdd' | 'failsFirstAttempt' | 'failsAfterRemove' | 'hangsAfterAdd';

/** One thing that reaches the agent: a job of the server, or a request that the host's owner left. */
export type Wish =
  | { readonly kind: 'job'; readonly jobId: string; readonly message: JobMessage }
  | { readonly kind: 'owner'; readonly jobId: string; readonly undoes: string };

/** What happens before anybody is killed, what happens then, and how it may end. */
export interface Scenario {
  readonly name: string;
  readonly before: readonly Wish[];
  readonly wish: Wish;
  readonly behaviour: Behaviour;
  /** Final states with which the wish is fulfilled. With any other the store has to be as before. */
  readonly done: readonly string[];
  /** Every other final state that may be. */
  readonly undone: readonly string[];
}

const LIMITS = { attempts: 1, backoffMs: 60_000, bakeMs: 0 };

/** Every way that a job takes through its journal. */
export function makeScenarios(studio: Studio): Scenario[] {
  const job = (parts: Parameters<Studio['message']>[0]): Extract<Wish, { kind: 'job' }> => {
    const { jobId, ...message } = studio.message(parts);
    return { kind: 'job', jobId, message };
  };
  const apply = (limits = LIMITS, more = {}): Extract<Wish, { kind: 'job' }> =>
    job({ mode: 'apply', limits, job: more });
  const earlier = apply();
  const undo = (): Wish => job({ mode: 'undo', limits: LIMITS, job: { undoes: earlier.jobId } });
  const plain = { before: [], behaviour: 'works', done: ['verified'], undone: ['failed'] } as const;
  return [
    { ...plain, name: 'apply', wish: apply() },
    { ...plain, name: 'apply, undone', wish: apply(), behaviour: 'failsAfterAdd' },
    {
      ...plain,
      ...{ name: 'apply, out of time, undone', behaviour: 'hangsAfterAdd', undone: ['failed', 'timedOut'] },
      wish: apply(LIMITS, { executionTimeoutMs: 1200 }),
    },
    {
      ...plain,
      ...{ name: 'a second attempt', behaviour: 'failsFirstAttempt' },
      wish: apply({ ...LIMITS, attempts: 2 }),
    },
    { ...plain, name: 'bake', wish: apply({ ...LIMITS, bakeMs: 3_600_000 }) },
    {
      ...plain,
      name: 'undo by order',
      before: [earlier],
      wish: undo(),
      done: ['verified', 'alreadyCompliant'],
    },
    {
      ...plain,
      ...{ name: 'undo by order, taken back', behaviour: 'failsAfterRemove' },
      ...{ before: [earlier], wish: undo(), done: ['verified', 'alreadyCompliant'] },
    },
    {
      ...plain,
      ...{ name: 'undo by the owner', before: [earlier], done: ['verified', 'alreadyCompliant'] },
      wish: { kind: 'owner', jobId: randomUUID(), undoes: earlier.jobId },
    },
  ];
}
