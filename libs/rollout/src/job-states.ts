import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';

const FINAL: ReadonlySet<JobState> = new Set(FINAL_JOB_STATES);
const OPEN: ReadonlySet<JobState> = new Set(OPEN_JOB_STATES);

/** Open states that only the agent can have brought about: it holds the job. */
const ACCEPTED: ReadonlySet<JobState> = new Set<JobState>([
  'planning',
  'waiting',
  'applying',
  'verifying',
  'baking',
  'retrying',
]);

/** The last column of the table in rollouts.md. `refused` is none: it quarantines its host instead. */
const FAILURES: ReadonlySet<JobState> = new Set<JobState>([
  'appliedNotVerified',
  'failed',
  'regressed',
  'timedOut',
  'lost',
]);

/** A final state never changes again. */
export function isFinal(state: JobState): boolean {
  return FINAL.has(state);
}

export function isOpen(state: JobState): boolean {
  return OPEN.has(state);
}

/** The agent has taken the job on and has not finished it. */
export function isAccepted(state: JobState): boolean {
  return ACCEPTED.has(state);
}

/** Does this state count against a rollout's failure limits? */
export function isFailure(state: JobState): boolean {
  return FAILURES.has(state);
}
