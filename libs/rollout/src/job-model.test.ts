import { FINAL_JOB_STATES, type JobState } from '@trustfleet/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFinal } from './index.ts';
import { JobWorld } from './testing/job-world.ts';

/** All that a job's row may be said to do: it is open, then it has one end for good. */
interface Model {
  end: JobState | null;
  seen: number;
}

/** One thing that happens. Whatever it is, the row moves on at most, and never once it has ended. */
class Happening implements fc.Command<Model, JobWorld> {
  private readonly name: string;
  private readonly needsMessage: boolean;
  private readonly happen: (world: JobWorld) => void;

  constructor(name: string, happen: (world: JobWorld) => void, needsMessage = false) {
    this.name = name;
    this.happen = happen;
    this.needsMessage = needsMessage;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, world: JobWorld): void {
    if (this.needsMessage && world.net.length === 0) return;
    const before = world.row;
    this.happen(world);
    const moved = world.states.slice(model.seen);
    model.seen = world.states.length;
    if (model.end !== null) {
      expect(moved).toEqual([]);
      expect(world.row).toEqual(before);
    }
    expect(world.row.lastEventIndex).toBeGreaterThanOrEqual(before.lastEventIndex);
    expect(world.row.attempt).toBeGreaterThanOrEqual(before.attempt);
    for (const state of moved) {
      expect(model.end).toBeNull();
      if (isFinal(state)) model.end = state;
    }
    for (const eventId of world.acknowledged) expect(world.evidence.has(eventId)).toBe(true);
  }

  toString(): string {
    return this.name;
  }
}

const plain = (name: string, happen: (world: JobWorld) => void) => fc.constant(new Happening(name, happen));
const counted = (name: string, happen: (world: JobWorld, n: number) => void, needsMessage = false) =>
  fc.nat(30).map(
    (n) =>
      new Happening(
        `${name}(${n})`,
        (world) => {
          happen(world, n);
        },
        needsMessage,
      ),
  );

const OFTEN = [
  counted(
    'deliver',
    (world, n) => {
      world.deliver(n);
    },
    true,
  ),
  counted('work', (world, n) => {
    world.work(n);
  }),
  plain('flush', (world) => {
    world.flush();
  }),
  plain('sweep', (world) => {
    world.sweep();
  }),
  plain('connect', (world) => {
    world.connect();
  }),
];
const happenings = [
  ...OFTEN,
  ...OFTEN,
  ...OFTEN,
  counted(
    'lose',
    (world, n) => {
      world.lose(n);
    },
    true,
  ),
  counted(
    'repeat',
    (world, n) => {
      world.repeat(n);
    },
    true,
  ),
  counted('advance', (world, n) => {
    world.advance(n * 40_000);
  }),
  plain('advance(2 hours)', (world) => {
    world.advance(7_200_000);
  }),
  plain('disconnect', (world) => {
    world.disconnect();
  }),
  plain('crash', (world) => {
    world.crash();
  }),
  plain('cancel', (world) => {
    world.cancel();
  }),
  plain('hold', (world) => {
    world.hold(true);
  }),
  plain('release', (world) => {
    world.hold(false);
  }),
  fc.constantFrom(...FINAL_JOB_STATES).map(
    (state) =>
      new Happening(`forge(${state})`, (world) => {
        world.forge(state);
      }),
  ),
];
/** Ends that come from elsewhere; seldom, so that jobs live long enough to have a story. */
const ENDINGS = [
  plain('supersede', (world) => {
    world.supersede();
  }),
  plain('removeHost', (world) => {
    world.removeHost();
  }),
  plain('halt', (world) => {
    world.halt();
  }),
  plain('advance(a day)', (world) => {
    world.advance(86_400_000);
  }),
];

const story = (more: readonly fc.Arbitrary<Happening>[]) =>
  fc.commands([...happenings, ...more], { maxCommands: 120, size: 'max' });
const choices = fc.array(fc.nat(30), { minLength: 1, maxLength: 30 });
const stories = fc.oneof({ arbitrary: story([]), weight: 3 }, { arbitrary: story(ENDINGS), weight: 1 });

function live(commands: Iterable<fc.Command<Model, JobWorld>>): { world: JobWorld; model: Model } {
  const world = new JobWorld();
  const model: Model = { end: null, seen: 1 };
  fc.modelRun(() => ({ model, real: world }), commands);
  return { world, model };
}

function expectOneEnd({ states, row }: JobWorld): void {
  expect(isFinal(row.state), states.join(' → ')).toBe(true);
  expect(states.filter(isFinal), states.join(' → ')).toEqual([row.state]);
}

it('whatever happens on the way, a job that comes to rest has exactly one final state', () => {
  fc.assert(
    fc.property(stories, choices, (commands, chosen) => {
      const { world } = live(commands);

      world.settle(chosen);
      expectOneEnd(world);

      // What the host said last is what stands there, unless the server had ended the job before it came.
      if (world.agent !== null && isFinal(world.agent.state) && !BY_SERVER.has(world.row.state))
        expect(world.row.state).toBe(world.agent.state);
    }),
    { numRuns: 600 },
  );
});

it('whatever happened before, a job whose host is never heard of again has exactly one final state', () => {
  fc.assert(
    fc.property(stories, (commands) => {
      const { world } = live(commands);

      world.fallSilent();
      expectOneEnd(world);
    }),
    { numRuns: 400 },
  );
});

/** Ends that the server may give without the host's word. */
const BY_SERVER: ReadonlySet<JobState> = new Set<JobState>([
  'lost',
  'deliveryExpired',
  'superseded',
  'cancelled',
  'halted',
  'hostRemoved',
]);

it('the stories are worth telling: between them they reach every end', () => {
  const ends = new Set<JobState>();
  const longest: { states: readonly JobState[] } = { states: [] };
  fc.assert(
    fc.property(stories, choices, (commands, chosen) => {
      const { world } = live(commands);
      world.settle(chosen);
      ends.add(world.row.state);
      if (world.states.length > longest.states.length) longest.states = world.states;
    }),
    // Fixed: whether these stories reach everything is no matter of luck.
    { numRuns: 1500, seed: 20261122 },
  );

  expect([...ends].sort()).toEqual([...FINAL_JOB_STATES].sort());
  expect(longest.states.length).toBeGreaterThan(12);
});
