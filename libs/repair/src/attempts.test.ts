import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repair } from './create-repair.ts';
import type { OpenedRemedy, RemedyExecutor } from './remedy.ts';
import { createDebianAccess, readTrustStores, updateCaCertificates } from './testing/debian-store.ts';
import { createLab, PERMITTED, SERVER_TIME, type Lab } from './testing/lab.ts';
import { createManualTimers, type ManualTimers } from './testing/manual-timers.ts';
import { createAddAnchor } from './trust-store-add-anchor/index.ts';

let lab: Lab;
let timers: ManualTimers;
beforeEach(async () => {
  lab = await createLab();
  timers = createManualTimers();
});
afterEach(() => lab.remove());

type Options = Parameters<Lab['repair']>[0];
const clocked = (options: Options = {}): Promise<Repair> =>
  lab.repair({
    timers,
    random: () => 0.5,
    serverTime: () => new Date(SERVER_TIME.getTime() + timers.now()),
    ...options,
  });
const LIMITS = { attempts: 3, backoffMs: 60_000, bakeMs: 0 };
const limited = (limits: Partial<typeof LIMITS>, jobId = randomUUID()): ReturnType<Lab['message']> =>
  lab.message({ order: { limits: { ...LIMITS, ...limits } }, job: { jobId } });
const last = (): JobEvent => lab.events.at(-1)!;
const finals = (): JobEvent[] => lab.events.filter(({ signature }) => signature !== null);
const states = (): string[] => lab.events.map(({ state, attempt }) => `${state} ${attempt}`);
const trusted = async (): Promise<boolean> =>
  (await readTrustStores(lab.tree)).stores[0]!.bundle.anchors.includes(lab.anchor);
const at = (ms: number): string => new Date(SERVER_TIME.getTime() + ms).toISOString();

describe('a failed attempt that was undone', () => {
  it('is followed by another when its time has come, and that one is verified', async () => {
    const repair = await clocked({ behaviour: 'failsOnce' });
    await repair.accept(limited({}));
    await repair.idle();

    expect(last()).toMatchObject({ state: 'retrying', attempt: 1, undone: true, nextAt: at(60_000) });
    expect(await readdir(lab.tree.anchors)).toEqual(['present.crt']);
    timers.advance(59_000);
    await repair.idle();
    expect(last().state).toBe('retrying');
    timers.advance(1_000);
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'verified', attempt: 2, undone: false }]);
    expect(states().filter((state, index) => state !== states()[index - 1])).toEqual([
      'planning 1',
      'applying 1',
      'retrying 1',
      'planning 2',
      'applying 2',
      'verifying 2',
      'verified 2',
    ]);
    expect(lab.events.map(({ index }) => index)).toEqual(lab.events.map((_event, index) => index + 1));
  });

  it('is the last one when the order allows no more; it says which it was', async () => {
    const repair = await clocked({ behaviour: 'reportsFailure' });
    await repair.accept(limited({ attempts: 2 }));
    await repair.idle();
    timers.advance(60_000);
    await repair.idle();

    expect(finals()).toMatchObject([
      {
        state: 'failed',
        attempt: 2,
        undone: true,
        detail: expect.stringContaining('attempt 2 of 2') as string,
      },
    ]);
    expect(timers.waiting).toBe(0);
  });

  it('holds up no other job while it waits', async () => {
    const repair = await clocked({ behaviour: 'failsOnce' });
    await repair.accept(limited({}));
    const other = randomUUID();
    await repair.accept(limited({}, other));
    await repair.idle();

    expect(finals()).toMatchObject([{ jobId: other, state: 'verified' }]);
    timers.advance(60_000);
    await repair.idle();
    expect(finals()).toMatchObject([{ jobId: other }, { state: 'alreadyCompliant', attempt: 2 }]);
  });

  it.each<[string, () => Date | null, number]>([
    [
      'at the time that its journal says',
      () => new Date(SERVER_TIME.getTime() + 50_000 + timers.now()),
      10_000,
    ],
    ['at once when that has passed', () => new Date(SERVER_TIME.getTime() + 3_600_000), 0],
    ['after its longest pause when the server is not heard', () => null, 72_000],
    ['after its longest pause when the clock stands still', () => SERVER_TIME, 72_000],
  ])('goes on after a restart: %s', async (_name, serverTime, wait) => {
    const first = await clocked({ behaviour: 'failsOnce' });
    await first.accept(limited({}));
    await first.idle();
    first.stop();
    timers = createManualTimers();

    const repair = await clocked({ serverTime });
    await repair.recover();
    if (wait > 0) {
      timers.advance(wait - 1);
      await repair.idle();
      expect(last().state).toBe('retrying');
      timers.advance(1);
    }
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'verified', attempt: 2 }]);
  });

  it('asks the allow-list again', async () => {
    let permits = PERMITTED.permits;
    const repair = await clocked({
      behaviour: 'failsOnce',
      allowList: () => Promise.resolve({ ...PERMITTED, permits }),
    });
    await repair.accept(limited({}));
    await repair.idle();
    permits = [];
    timers.advance(60_000);
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'notPermitted', attempt: 2 }]);
    expect(await trusted()).toBe(false);
  });

  it('answers the job that is brought again with its last event, and does not run twice', async () => {
    const repair = await clocked({ behaviour: 'failsOnce' });
    const message = limited({});
    await repair.accept(message);
    await repair.idle();
    const count = lab.events.length;
    await repair.accept(message);
    await repair.idle();

    expect(lab.events.slice(count)).toEqual([lab.events[count - 1]]);
  });
});

describe('an undo that something hinders', () => {
  /** The tool fails after the change, and `hindered` times when that is taken back. */
  const hinderedTool = (hindered: number): RemedyExecutor[] => {
    const access = createDebianAccess(lab.tree);
    let left = hindered;
    return [
      createAddAnchor({
        ...access,
        async runTool(request) {
          if (request.after === 'remove') {
            left -= 1;
            if (left >= 0) return { reason: 'no space left on the disk' };
          }
          await access.runTool(request);
          return { reason: request.after === 'add' ? 'update-ca-certificates ended with exit code 1' : null };
        },
      }),
    ];
  };

  it('is tried again after a while, and other jobs have their turn meanwhile', async () => {
    const repair = await clocked({ remedies: hinderedTool(2) });
    await repair.accept(limited({ attempts: 1 }));
    await repair.idle();
    expect(last()).toMatchObject({ state: 'applying', step: 'undoWaits' });
    expect(timers.waiting).toBe(1);
    timers.advance(40_000);
    await repair.idle();
    expect(finals()).toEqual([]);
    timers.advance(80_000);
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'failed', undone: true }]);
    expect(await trusted()).toBe(false);
  });

  it('is given up in the end, and says that the change is still there', async () => {
    const repair = await clocked({ remedies: hinderedTool(100) });
    await repair.accept(limited({ attempts: 1 }));
    for (let turn = 0; turn < 8; turn += 1) {
      await repair.idle();
      timers.advance(600_000);
    }
    await repair.idle();

    expect(finals()).toMatchObject([
      {
        state: 'appliedNotVerified',
        undone: false,
        detail: expect.stringMatching(/no space left/) as string,
      },
    ]);
    expect(timers.waiting).toBe(0);
  });
});

describe('what another attempt cannot change', () => {
  it('the execution clock: the tool is stopped, the change undone', async () => {
    const repair = await clocked({ behaviour: 'neverEnds' });
    const { order, ...rest } = lab.message({ order: { limits: LIMITS }, job: { executionTimeoutMs: 1500 } });
    await repair.accept({ order, ...rest });
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'timedOut', undone: true, attempt: 1 }]);
    expect(await readdir(lab.tree.anchors)).toEqual(['present.crt']);
  });

  it('the execution clock, with the agent killed while it undoes: timedOut all the same', async () => {
    let reached = (): void => undefined;
    const frozen = new Promise<void>((resolve) => (reached = resolve));
    const first = await clocked({
      behaviour: 'neverEnds',
      fault: (point) => {
        if (point !== 'before:rerunStoreTool') return undefined;
        reached();
        return new Promise<never>(() => undefined);
      },
    });
    await first.accept(lab.message({ order: { limits: LIMITS }, job: { executionTimeoutMs: 1500 } }));
    await frozen;

    await (await clocked()).recover();

    expect(finals()).toMatchObject([{ state: 'timedOut', undone: true }]);
    expect(await trusted()).toBe(false);
  });
});

describe('bake time', () => {
  const bake = async (options: Options = {}): Promise<Repair> => {
    const repair = await clocked(options);
    await repair.accept(limited({ bakeMs: 600_000 }));
    await repair.idle();
    expect(last()).toMatchObject({ state: 'baking', nextAt: at(600_000), after: { holds: true } });
    return repair;
  };
  const takeAway = async (): Promise<void> => {
    await rm(join(lab.tree.anchors, `trustfleet-${lab.anchor.slice(0, 16)}.crt`));
    await updateCaCertificates(lab.tree, 'remove');
  };

  it('ends as verified where the change still holds', async () => {
    const repair = await bake();
    timers.advance(599_000);
    await repair.idle();
    expect(finals()).toEqual([]);
    timers.advance(1_000);
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'verified', effective: 'appRestart', undone: false }]);
    expect(last().plan?.changes).toHaveLength(3);
  });

  it('ends as regressed where somebody took it away, also over a restart', async () => {
    (await bake()).stop();
    await takeAway();
    const repair = await clocked();
    await repair.recover();
    timers.advance(600_000);
    await repair.idle();

    expect(finals()).toMatchObject([
      { state: 'regressed', undone: false, detail: expect.stringMatching(/no longer was/) as string },
    ]);
  });

  it('is not cut short by a cancel', async () => {
    const repair = await bake();
    await repair.cancel(last().jobId);
    timers.advance(600_000);
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'verified' }]);
  });
});

describe('cancel', () => {
  it('ends a job that waits for its next attempt', async () => {
    const repair = await clocked({ behaviour: 'failsOnce' });
    await repair.accept(limited({}));
    await repair.idle();
    await repair.cancel(last().jobId);

    expect(finals()).toMatchObject([{ state: 'cancelled' }]);
    expect(timers.waiting).toBe(0);
  });

  it('ends a job that stands in line, at once', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const repair = await clocked({
      fault: (point) => (point === 'before:writeAnchorFile' ? gate : undefined),
    });
    const [first, second] = [randomUUID(), randomUUID()];
    await repair.accept(limited({}, first));
    await repair.accept(limited({}, second));
    await expect.poll(() => last().step).toBe('writeAnchorFile');

    await repair.cancel(second);
    await repair.cancel(first);
    expect(finals()).toMatchObject([{ jobId: second, state: 'cancelled' }]);
    go();
    await repair.idle();

    // What is changing its host goes on.
    expect(finals()).toMatchObject([{ jobId: second }, { jobId: first, state: 'verified' }]);
  });

  it('is still known to an agent that was stopped before the first step', async () => {
    let reached = (): void => undefined;
    const planning = new Promise<void>((resolve) => (reached = resolve));
    const known = createAddAnchor(createDebianAccess(lab.tree));
    const first = await clocked({
      remedies: [
        {
          ...known,
          open: (order, artifacts) => ({
            ...(known.open(order, artifacts) as OpenedRemedy),
            plan: () => {
              reached();
              return new Promise<never>(() => undefined);
            },
          }),
        },
      ],
    });
    await first.accept(limited({}));
    await planning;
    await first.cancel(last().jobId);
    expect(finals()).toEqual([]);

    await (await clocked()).recover();

    expect(finals()).toMatchObject([{ state: 'cancelled' }]);
    expect(await trusted()).toBe(false);
  });

  it('of a job that never came is answered, and the job does nothing when it comes after all', async () => {
    const repair = await clocked();
    const jobId = randomUUID();
    await repair.cancel(jobId);
    await repair.accept(limited({}, jobId));
    await repair.idle();

    expect(new Set(finals().map(({ state }) => state))).toEqual(new Set(['cancelled']));
    expect(await trusted()).toBe(false);
  });
});
