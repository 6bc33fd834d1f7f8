import type { JobState } from '@trustfleet/protocol';

/** Answers with which an agent may turn a job down before it does anything (protocol.md "Signed orders and jobs"). */
const TURNED_DOWN = [
  'refused',
  'notPermitted',
  'incompatible',
  'notApplicable',
  'deliveryExpired',
  'cancelled',
] as const;
/** `waiting` at once: taken on, and something is in the way before there is a plan. */
const FIRST_WORDS = ['planning', 'waiting', ...TURNED_DOWN] as const;
/** Ends of a job that changes nothing. */
const NO_CHANGE = ['alreadyCompliant', 'planned', 'appliedNotVerified'] as const;
/** Ends of any attempt that went wrong. */
const BROKEN = ['failed', 'timedOut'] as const;

/**
 * One step that an agent's event may take a job. Any state may repeat (each step of `applying` is an event). A state that is not a key
 * leads nowhere: it is final. The agent's first word may find the job in any state that the server gives: the row is written before
 * the message, but the message may overtake the next write.
 */
export const AGENT_TRANSITIONS: Readonly<Partial<Record<JobState, readonly JobState[]>>> = {
  queued: FIRST_WORDS,
  heldOffline: FIRST_WORDS,
  offered: FIRST_WORDS,
  // `verifying` at once: an empty plan is proved by the check alone.
  planning: ['waiting', 'applying', 'verifying', 'retrying', ...TURNED_DOWN, ...NO_CHANGE, ...BROKEN],
  waiting: ['planning', 'applying', ...TURNED_DOWN, ...BROKEN],
  // `appliedNotVerified`: what was changed could not be undone. `regressed`: it failed while baking and was undone.
  applying: ['verifying', 'retrying', 'appliedNotVerified', 'regressed', ...BROKEN],
  // Back to `applying`: undoing is a change too. Back to `planning`: the agent was stopped before its first step, and begins anew.
  verifying: [
    'applying',
    'planning',
    'baking',
    'retrying',
    'verified',
    'alreadyCompliant',
    'appliedNotVerified',
    // The look at the end of the bake time is a verification too.
    'regressed',
    ...BROKEN,
  ],
  baking: ['applying', 'verifying', 'verified', 'regressed', ...BROKEN],
  retrying: ['planning', 'cancelled', ...BROKEN],
};

const BEFORE_ACCEPTANCE: readonly JobState[] = [
  'deliveryExpired',
  'superseded',
  'cancelled',
  'halted',
  'hostRemoved',
];
/** Not yet applying: a halt or a person may still end it (rollouts.md "Halt"). */
const BEFORE_APPLYING: readonly JobState[] = ['superseded', 'cancelled', 'halted', 'lost', 'hostRemoved'];
/** A host that is changing finishes, and may undo: nobody ends that from outside. */
const WHILE_CHANGING: readonly JobState[] = ['lost', 'hostRemoved'];

/** One step that the server takes by itself. */
export const SERVER_TRANSITIONS: Readonly<Partial<Record<JobState, readonly JobState[]>>> = {
  queued: ['heldOffline', 'offered', ...BEFORE_ACCEPTANCE],
  heldOffline: ['queued', 'offered', ...BEFORE_ACCEPTANCE],
  offered: ['heldOffline', 'offered', ...BEFORE_ACCEPTANCE],
  planning: BEFORE_APPLYING,
  waiting: BEFORE_APPLYING,
  retrying: BEFORE_APPLYING,
  applying: WHILE_CHANGING,
  verifying: WHILE_CHANGING,
  baking: WHILE_CHANGING,
};

export interface Reach {
  readonly from: JobState;
  readonly to: JobState;
  /** How many agent steps may lie between: 1 when no event is missing. */
  readonly steps: number;
}

/** Can the agent's events lead from one state to the other in 1 … `steps` steps? Repeating a state that the agent gives is a step. */
export function canReach({ from, to, steps }: Reach): boolean {
  if (from === to) return from in AGENT_TRANSITIONS && !isServerGiven(from);
  const seen = new Set<JobState>([from]);
  let frontier: readonly JobState[] = [from];
  for (let step = 0; step < steps && frontier.length > 0; step += 1) {
    frontier = frontier
      .flatMap((state) => AGENT_TRANSITIONS[state] ?? [])
      .filter((state) => !seen.has(state));
    if (frontier.includes(to)) return true;
    for (const state of frontier) seen.add(state);
  }
  return false;
}

function isServerGiven(state: JobState): boolean {
  return state === 'queued' || state === 'heldOffline' || state === 'offered';
}
