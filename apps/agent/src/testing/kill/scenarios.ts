import { randomUUID } from 'node:crypto';
import type { JobMessage } from '@trustfleet/protocol';
import type { Change, Studio } from './studio.ts';

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
  readonly change: Change;
  readonly before: readonly Wish[];
  readonly wish: Wish;
  readonly behaviour: Behaviour;
  /** Final states with which the wish is fulfilled. With any other the store has to be as before. */
  readonly done: readonly string[];
  /** Every other final state that may be. */
  readonly undone: readonly string[];
}

const LIMITS = { attempts: 1, backoffMs: 60_000, bakeMs: 0 };
const NOTHING_LEFT = ['verified', 'alreadyCompliant'];

type JobWish = Extract<Wish, { kind: 'job' }>;
type Messages = (parts: Omit<Parameters<Studio['message']>[0], 'change'>) => JobWish;

function messagesOf(studio: Studio, change: Change): Messages {
  return (parts) => {
    const { jobId, ...message } = studio.message({ change, ...parts });
    return { kind: 'job', jobId, message };
  };
}

/** Every way that a job takes through its journal, and the ways that differ for other changes. */
export function makeScenarios(studio: Studio): Scenario[] {
  return [
    ...additions(messagesOf(studio, 'add')),
    ...removals(messagesOf(studio, 'remove')),
    ...bundles(messagesOf(studio, 'bundle')),
  ];
}

const plainly = (change: Change): Omit<Scenario, 'name' | 'wish'> => ({
  ...{ change, before: [], behaviour: 'works', done: ['verified'], undone: ['failed'] },
});

function additions(job: Messages): Scenario[] {
  const apply = (limits = LIMITS, more = {}): JobWish => job({ mode: 'apply', limits, job: more });
  const earlier = apply();
  const undo = (): Wish => job({ mode: 'undo', limits: LIMITS, job: { undoes: earlier.jobId } });
  const plain = plainly('add');
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
    { ...plain, name: 'undo by order', before: [earlier], wish: undo(), done: NOTHING_LEFT },
    {
      ...plain,
      ...{ name: 'undo by order, taken back', behaviour: 'failsAfterRemove' },
      ...{ before: [earlier], wish: undo(), done: NOTHING_LEFT },
    },
    {
      ...plain,
      ...{ name: 'undo by the owner', before: [earlier], done: NOTHING_LEFT },
      wish: { kind: 'owner', jobId: randomUUID(), undoes: earlier.jobId },
    },
  ];
}

function removals(job: Messages): Scenario[] {
  const apply = (): JobWish => job({ mode: 'apply', limits: LIMITS });
  const earlier = apply();
  const plain = plainly('remove');
  return [
    { ...plain, name: 'removal', wish: apply() },
    { ...plain, name: 'removal, undone', wish: apply(), behaviour: 'failsAfterRemove' },
    {
      ...plain,
      ...{ name: 'undo of a removal', before: [earlier], done: NOTHING_LEFT },
      wish: job({ mode: 'undo', limits: LIMITS, job: { undoes: earlier.jobId } }),
    },
  ];
}

function bundles(job: Messages): Scenario[] {
  const apply = (): JobWish => job({ mode: 'apply', limits: LIMITS });
  const earlier = apply();
  const plain = plainly('bundle');
  return [
    { ...plain, name: 'apply to a PEM file', wish: apply() },
    { ...plain, name: 'apply to a PEM file, undone', wish: apply(), behaviour: 'failsAfterAdd' },
    {
      ...plain,
      ...{ name: 'undo in a PEM file', before: [earlier], done: NOTHING_LEFT },
      wish: job({ mode: 'undo', limits: LIMITS, job: { undoes: earlier.jobId } }),
    },
  ];
}
