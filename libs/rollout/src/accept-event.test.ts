import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptEvent,
  AGENT_TRANSITIONS,
  canReach,
  isFinal,
  moveByServer,
  newJob,
  SERVER_TRANSITIONS,
  type JobProgress,
  type JobStep,
} from './index.ts';

const ALL: readonly JobState[] = [...OPEN_JOB_STATES, ...FINAL_JOB_STATES];
const job = (state: JobState, lastEventIndex = 0, attempt = 1): JobProgress => ({
  state,
  lastEventIndex,
  attempt,
});
const step = (state: JobState, index: number, attempt = 1): JobStep => ({
  state,
  index,
  attempt,
  signed: isFinal(state),
});

/** The jobs' row after a list of events, with what was answered to each. */
function run(start: JobProgress, events: readonly JobStep[]): { job: JobProgress; kinds: string[] } {
  let current = start;
  const kinds = events.map((event) => {
    const decision = acceptEvent(current, event);
    if (decision.kind === 'apply') current = decision.job;
    return decision.kind;
  });
  return { job: current, kinds };
}

const GOOD: readonly JobStep[] = (
  ['planning', 'applying', 'applying', 'applying', 'verifying', 'verified'] as const
).map((state, index) => step(state, index + 1));

describe('acceptEvent', () => {
  it('takes a whole job in', () => {
    expect(run(job('offered'), GOOD)).toEqual({ job: job('verified', 6), kinds: GOOD.map(() => 'apply') });
  });

  it('takes in a second attempt', () => {
    const events = [
      step('planning', 1),
      step('applying', 2),
      step('retrying', 3),
      step('planning', 4, 2),
      step('alreadyCompliant', 5, 2),
    ];

    expect(run(job('offered'), events).job).toEqual(job('alreadyCompliant', 5, 2));
  });

  it.each([
    ['an empty plan', ['planning', 'verifying', 'alreadyCompliant']],
    ['an empty plan that does not help', ['planning', 'verifying', 'appliedNotVerified']],
    ['a dry run', ['planning', 'planned']],
    ['a plan that would not help', ['planning', 'notApplicable']],
    ['an artifact that turns out foreign', ['planning', 'refused']],
    ['turned down', ['notPermitted']],
    ['turned down as useless', ['notApplicable']],
    ['in the way before there is a plan', ['waiting', 'planning', 'applying', 'verifying', 'verified']],
    [
      'failed again at the end of the bake time',
      ['planning', 'applying', 'verifying', 'baking', 'verifying', 'regressed'],
    ],
    [
      'failed again while baking, undone and told so',
      ['planning', 'applying', 'verifying', 'baking', 'applying', 'regressed'],
    ],
    ['given up while it waits', ['planning', 'waiting', 'cancelled']],
    ['a step that fails, undone', ['planning', 'applying', 'applying', 'failed']],
    ['a check that fails, undone', ['planning', 'applying', 'verifying', 'applying', 'failed']],
    [
      'a check that fails, not to be undone',
      ['planning', 'applying', 'verifying', 'applying', 'appliedNotVerified'],
    ],
    ['out of time, undone', ['planning', 'applying', 'applying', 'timedOut']],
    ['stopped while planning, begun anew', ['planning', 'planning', 'applying', 'verifying', 'verified']],
    [
      'stopped while an empty plan was proved',
      ['planning', 'verifying', 'planning', 'verifying', 'alreadyCompliant'],
    ],
    ['stopped before the first step was announced', ['planning', 'verifying', 'verified']],
    ['stopped while applying, found done', ['planning', 'applying', 'verifying', 'verified']],
    [
      'stopped while verifying, found incomplete',
      ['planning', 'applying', 'verifying', 'verifying', 'applying', 'failed'],
    ],
    [
      'failed again while baking, undone',
      ['planning', 'applying', 'verifying', 'baking', 'applying', 'failed'],
    ],
  ] as [string, JobState[]][])('takes in %s', (_name, states) => {
    const events = states.map((state, index) => step(state, index + 1));

    expect(run(job('offered'), events)).toEqual({
      job: job(states.at(-1)!, states.length),
      kinds: states.map(() => 'apply'),
    });
  });

  it.each([
    ['the same event again', job('planning', 1), step('planning', 1), 'duplicate'],
    ['an older event', job('verifying', 4), step('applying', 2), 'duplicate'],
    ['the final event again', job('verified', 6), step('verified', 6), 'duplicate'],
    ['an event after the end', job('verified', 6), step('failed', 7), 'late'],
    ['the word of a host that was given up', job('lost', 2), step('verified', 3), 'late'],
    ['a first word after the delivery expired', job('deliveryExpired'), step('planning', 1), 'late'],
    ['an attempt that was left behind', job('planning', 4, 2), step('applying', 5, 1), 'late'],
    ['a step that does not exist', job('planning', 1), step('verified', 2), 'illegal'],
    ['a state that is the server’s to give', job('applying', 2), step('halted', 3), 'illegal'],
    ['a way back', job('applying', 5), step('planning', 6), 'illegal'],
  ] as [string, JobProgress, JobStep, string][])('%s: %s', (...row) => {
    const [, current, event, kind] = row;
    expect(acceptEvent(current, event).kind).toBe(kind);
  });

  it.each(FINAL_JOB_STATES)('%s without the host’s signature ends nothing', (state) => {
    const before = job('verifying', 3);

    const decision = acceptEvent(before, { ...step(state, 4), signed: false });

    expect(decision.kind).toBe('illegal');
    // The real word may still come under the same index.
    expect(acceptEvent(before, step('verified', 4))).toMatchObject({
      kind: 'apply',
      job: { state: 'verified' },
    });
  });

  it.each(OPEN_JOB_STATES.filter((state) => canReach({ from: 'offered', to: state, steps: 10 })))(
    '%s needs no signature',
    (state) => {
      const from = state === 'planning' || state === 'waiting' ? 'offered' : 'applying';
      const index = 9;
      expect(acceptEvent(job(from, 1), { ...step(state, index), signed: false }).kind).toBe('apply');
    },
  );

  it('says why an unsigned end is illegal', () => {
    expect(acceptEvent(job('verifying', 3), { ...step('verified', 4), signed: false })).toEqual({
      kind: 'illegal',
      reason: 'event 4: verified ends the job and is not signed by its host',
    });
  });

  it('says why a step is illegal', () => {
    expect(acceptEvent(job('planning', 1), step('verified', 2))).toEqual({
      kind: 'illegal',
      reason: 'event 2: no way leads from planning to verified',
    });
  });

  it('applies an event that overtook others, and counts them; those are duplicates then', () => {
    const decision = acceptEvent(job('planning', 1), step('verifying', 4));

    expect(decision).toEqual({ kind: 'apply', job: job('verifying', 4), missed: 2 });
    expect(
      run(job('planning', 1), [
        step('verifying', 4),
        step('applying', 2),
        step('applying', 3),
        step('verified', 5),
      ]),
    ).toEqual({
      job: job('verified', 5),
      kinds: ['apply', 'duplicate', 'duplicate', 'apply'],
    });
  });

  it.each(['queued', 'heldOffline', 'offered'] as const)(
    'the agent’s first word finds a job that is %s',
    (state) => {
      expect(acceptEvent(job(state), step('planning', 1))).toMatchObject({ kind: 'apply', missed: 0 });
    },
  );
});

describe('moveByServer', () => {
  it.each(ALL.flatMap((from) => ALL.map((to) => [from, to] as const)))('%s → %s', (from, to) => {
    const decision = moveByServer(job(from, 3, 2), to);

    if (isFinal(from)) expect(decision).toEqual({ kind: 'late' });
    else if (SERVER_TRANSITIONS[from]!.includes(to))
      expect(decision).toEqual({ kind: 'apply', job: job(to, 3, 2), missed: 0 });
    else
      expect(decision).toEqual({
        kind: 'illegal',
        reason: `the server cannot take a job from ${from} to ${to}`,
      });
  });
});

type Command =
  { readonly by: 'agent'; readonly event: JobStep } | { readonly by: 'server'; readonly to: JobState };
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    by: fc.constant('agent' as const),
    event: fc.record({
      state: fc.constantFrom(...ALL),
      index: fc.integer({ min: 1, max: 30 }),
      attempt: fc.integer({ min: 1, max: 3 }),
      signed: fc.boolean(),
    }),
  }),
  fc.record({ by: fc.constant('server' as const), to: fc.constantFrom(...ALL) }),
);
const obey = (current: JobProgress, command: Command) =>
  command.by === 'agent' ? acceptEvent(current, command.event) : moveByServer(current, command.to);

/** A life of an agent as it can be: from acceptance along its table to a final state, each step an event. */
const agentLife = fc.array(fc.nat(), { minLength: 1, maxLength: 25 }).map((choices) => {
  const events: JobStep[] = [];
  let state: JobState = 'offered';
  let attempt = 1;
  for (const choice of choices) {
    const next: readonly JobState[] = AGENT_TRANSITIONS[state] ?? [];
    if (next.length === 0) break;
    if (state === 'retrying') attempt += 1;
    state = next[choice % next.length]!;
    events.push(step(state, events.length + 1, attempt));
  }
  return events;
});

describe('any sequence', () => {
  it('has at most one final state, which never changes; what is not applied changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 60 }), (commands) => {
        let current = newJob();
        const finals: JobState[] = [];
        for (const command of commands) {
          const decision = obey(current, command);
          if (decision.kind !== 'apply') continue;
          expect(isFinal(current.state)).toBe(false);
          expect(decision.job.lastEventIndex).toBeGreaterThanOrEqual(current.lastEventIndex);
          expect(decision.job.attempt).toBeGreaterThanOrEqual(current.attempt);
          current = decision.job;
          if (isFinal(current.state)) finals.push(current.state);
        }
        expect(finals.length).toBeLessThanOrEqual(1);
        expect(finals).toEqual(isFinal(current.state) ? [current.state] : []);
      }),
      { numRuns: 3000 },
    );
  });

  it('is idempotent: each command at once a second time changes nothing more', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 40 }), (commands) => {
        let current = newJob();
        for (const command of commands) {
          const decision = obey(current, command);
          if (decision.kind !== 'apply' || command.by === 'server') continue;
          current = decision.job;
          expect(acceptEvent(current, command.event)).toEqual({ kind: 'duplicate' });
        }
      }),
    );
  });

  it('an agent’s whole story is applied event by event, and delivery at least once does not show', () => {
    const delivered = agentLife.chain((events) =>
      fc
        .tuple(fc.constant(events), fc.array(fc.nat(events.length), { maxLength: 20 }))
        .map(([story, resends]) => ({
          story,
          // After any event the link may break, and everything from some earlier event on comes again.
          deliveries: story.flatMap((event, index) => [
            event,
            ...story.slice(index - Math.min(index, resends[index] ?? 0), index + 1),
          ]),
        })),
    );
    fc.assert(
      fc.property(delivered, ({ story, deliveries }) => {
        const once = run(job('offered'), story);

        expect(once.kinds).toEqual(story.map(() => 'apply'));
        expect(run(job('offered'), deliveries).job).toEqual(once.job);
        expect(once.job.state).toBe(story.at(-1)!.state);
      }),
      { numRuns: 1000 },
    );
  });

  it('losing any events but the last still ends where the agent ended', () => {
    const withLoss = agentLife.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.array(fc.boolean(), { minLength: events.length, maxLength: events.length }),
      ),
    );
    fc.assert(
      fc.property(withLoss, ([story, kept]) => {
        const arrived = story.filter((_, index) => kept[index] === true || index === story.length - 1);

        expect(run(job('offered'), arrived).job).toEqual(run(job('offered'), story).job);
      }),
      { numRuns: 1000 },
    );
  });
});
