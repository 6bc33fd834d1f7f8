import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { acceptEvent, isFinal, moveByServer, newJob, type JobProgress } from './index.ts';

/** `>`: the server's step; the others are the agent's events. */
type Path = readonly (JobState | `>${JobState}`)[];
const TAKEN: Path = ['>offered', 'planning'];
const CHANGED: Path = [...TAKEN, 'applying', 'verifying'];

/** For each state of rollouts.md one path of a single wave that reaches it. */
const PATHS: Readonly<Record<JobState, Path>> = {
  queued: [],
  heldOffline: ['>heldOffline'],
  offered: ['>heldOffline', '>offered'],
  planning: TAKEN,
  waiting: ['>offered', 'waiting'],
  applying: [...TAKEN, 'applying'],
  verifying: CHANGED,
  baking: [...CHANGED, 'baking'],
  retrying: [...CHANGED, 'applying', 'retrying'],
  verified: [...CHANGED, 'baking', 'verifying', 'verified'],
  alreadyCompliant: [...TAKEN, 'verifying', 'alreadyCompliant'],
  planned: [...TAKEN, 'planned'],
  appliedNotVerified: [...CHANGED, 'applying', 'appliedNotVerified'],
  failed: [...CHANGED, 'applying', 'retrying', 'planning', 'applying', 'failed'],
  regressed: [...CHANGED, 'baking', 'verifying', 'applying', 'regressed'],
  timedOut: [...TAKEN, 'applying', 'timedOut'],
  lost: [...TAKEN, 'applying', '>lost'],
  deliveryExpired: ['>heldOffline', '>deliveryExpired'],
  notApplicable: [...TAKEN, 'notApplicable'],
  incompatible: ['>offered', 'incompatible'],
  notPermitted: ['>offered', 'notPermitted'],
  refused: ['>offered', 'refused'],
  superseded: ['>heldOffline', '>superseded'],
  cancelled: [...TAKEN, 'applying', 'retrying', 'cancelled'],
  // By the server's function alone until rollouts halt.
  halted: [...TAKEN, 'waiting', '>halted'],
  hostRemoved: [...TAKEN, 'applying', '>hostRemoved'],
};

function walk(path: Path): JobProgress {
  let job = newJob();
  let index = 0;
  for (const step of path) {
    const to = (step.startsWith('>') ? step.slice(1) : step) as JobState;
    const attempt = job.state === 'retrying' ? job.attempt + 1 : job.attempt;
    const decision = step.startsWith('>')
      ? moveByServer(job, to)
      : acceptEvent(job, { state: to, index: (index += 1), attempt, signed: isFinal(to) });
    if (decision.kind !== 'apply') throw new Error(`${job.state} → ${step}: ${decision.kind}`);
    ({ job } = decision);
  }
  return job;
}

describe('every state of rollouts.md is reached', () => {
  it.each(
    Object.entries(PATHS).map(([state, path]) => [state, ['queued', ...path].join(' → '), path] as const),
  )('%s: %s', (state, _text, path) => {
    expect(walk(path).state).toBe(state);
  });

  it('and the list knows every state', () => {
    expect(Object.keys(PATHS).sort()).toEqual([...OPEN_JOB_STATES, ...FINAL_JOB_STATES].sort());
  });

  it('counts the attempts', () => {
    expect(walk(PATHS.failed)).toMatchObject({ state: 'failed', attempt: 2 });
  });
});
