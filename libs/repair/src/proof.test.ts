import { randomUUID } from 'node:crypto';
import type { HostFacts } from '@trustfleet/policy';
import type { JobEvent, Order } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repair } from './create-repair.ts';
import type { Handshakes } from './proof.ts';
import { createEntryStores, ROOT, type EntryStores } from './testing/entry-store.ts';
import { createLab, remediesOn, SERVER_TIME, type Lab } from './testing/lab.ts';
import { createManualTimers, type ManualTimers } from './testing/manual-timers.ts';
import { type Answers, measurement, PYTHON, scripted } from './testing/scripted-handshakes.ts';
import { journaled, pointsOf, runUntil } from './testing/stopped-runs.ts';

let lab: Lab;
let stores: EntryStores;
let timers: ManualTimers;
let facts: HostFacts;
beforeEach(async () => {
  lab = await createLab();
  stores = createEntryStores();
  timers = createManualTimers();
  facts = { trustStores: await stores.access().trustStores(undefined) };
});
afterEach(() => lab.remove());

type Options = Parameters<Lab['repair']>[0];
const open = (handshakes: Handshakes, more: Options = {}): Promise<Repair> =>
  lab.repair({
    ...{ remedies: remediesOn(stores.access()), timers, random: () => 0.5, handshakes },
    serverTime: () => new Date(SERVER_TIME.getTime() + timers.now()),
    ...more,
  });
const held = (): boolean => stores.held.get(ROOT)!.has(lab.anchor);
const last = (): JobEvent => lab.events.at(-1)!;
const finals = (): JobEvent[] => lab.events.filter(({ signature }) => signature !== null);
const round = (answers: Answers, foretold?: Answers) =>
  measurement(answers, { facts, ...(foretold === undefined ? {} : { foretold }) });
const saying = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

async function run(handshakes: Handshakes, order: Partial<Order> = {}): Promise<Repair> {
  const repair = await open(handshakes);
  await repair.accept(lab.message({ order }));
  await repair.idle();
  return repair;
}

const FAILS: Answers = { requests: 'refused20', ssl: 'verifies' };
const MENDED: Answers = { requests: 'verifies', ssl: 'verifies' };

describe('what a plan does to the verdicts of its host', () => {
  it('stands in it, and in the proof what real handshakes made of it', async () => {
    await run(scripted([round(FAILS, MENDED), round(MENDED)]));

    const change = { python: PYTHON, client: 'requests', before: 'fails', after: 'verifies' };
    expect(last()).toMatchObject({
      ...{ state: 'verified', undone: false },
      plan: { verdicts: [change], affected: [] },
      proof: [change],
    });
    expect(held()).toBe(true);
  });

  const WORSE: Answers = { requests: 'verifies', ssl: 'cannotLoad' };

  it.each(['apply', 'plan'] as const)(
    'is refused where it gets worse, and the list says what (%s)',
    async (mode) => {
      await run(scripted([round(FAILS, WORSE)]), { mode });

      expect(last()).toMatchObject({
        state: 'notApplicable',
        detail: saying(/ssl of \/opt\/venv\/bin\/python with site\.studio\.example:443/),
        plan: {
          verdicts: [
            { client: 'ssl', after: 'fails' },
            { client: 'requests', after: 'verifies' },
          ],
        },
      });
      expect(held()).toBe(false);
    },
  );

  it('is carried out where somebody allowed that by name, and what was foretold is no reason to undo', async () => {
    await run(scripted([round(FAILS, WORSE), round(WORSE)]), { allowWorse: true });

    expect(last()).toMatchObject({ state: 'verified', proof: [{ client: 'ssl' }, { client: 'requests' }] });
    expect(held()).toBe(true);
  });

  it('is worked out in a dry run too, which touches nothing', async () => {
    await run(scripted([round(FAILS, MENDED)]), { mode: 'plan' });

    expect(last()).toMatchObject({ state: 'planned', plan: { verdicts: [{ client: 'requests' }] } });
    expect(held()).toBe(false);
  });

  it('a host without endpoints is as it was: neither a line nor a proof', async () => {
    await run({ measure: () => Promise.resolve(null) });

    expect(last().state).toBe('verified');
    expect(last().plan).not.toHaveProperty('verdicts');
    expect(last()).not.toHaveProperty('proof');
  });

  it('a measurement that fails before the change holds nothing up', async () => {
    await run(scripted([new Error('the process that scans failed')]));

    expect(last().state).toBe('verified');
  });
});

describe('after the change', () => {
  it.each<[string, Answers]>([
    ['a certificate that is refused', { requests: 'verifies', ssl: 'refused20' }],
    ['anchors that cannot be loaded', { requests: 'verifies', ssl: 'cannotLoad' }],
  ])('%s, where it verified before: undone at once', async (...[, after]) => {
    await run(scripted([round(FAILS, MENDED), round(after)]));

    expect(last()).toMatchObject({
      ...{
        state: 'failed',
        undone: true,
        detail: saying(/what verified before fails: ssl .* The change was undone/),
      },
      proof: [{ client: 'ssl', before: 'verifies', after: 'fails' }, { client: 'requests' }],
    });
    expect(timers.waiting).toBe(0);
    expect(held()).toBe(false);
  });

  it('what was to verify and does not is told; the change stays, since nothing got worse', async () => {
    await run(scripted([round(FAILS, MENDED), round(FAILS)]));

    expect(last()).toMatchObject({
      ...{ state: 'appliedNotVerified', undone: false },
      detail: saying(/in place, and these still fail: requests/),
    });
    expect(held()).toBe(true);
  });

  it.each(['reset', 'unreachable'] as const)(
    '%s proves nothing: three more tries within five minutes, then it is kept',
    async (answer) => {
      const handshakes = scripted([round(FAILS, MENDED), round({ ...MENDED, ssl: answer })]);
      const repair = await run(handshakes);

      expect(last()).toMatchObject({ state: 'verifying', step: 'handshakesWait' });
      expect(last().nextAt).toBe(new Date(SERVER_TIME.getTime() + 30_000).toISOString());
      const rounds: number[] = [];
      for (let waited = 0; waited < 300; waited += 1) {
        const before = handshakes.asked.length;
        timers.advance(1_000);
        await repair.idle();
        if (handshakes.asked.length > before) rounds.push(waited + 1);
      }

      expect(rounds).toEqual([30, 110, 250]);
      // A retry asks only what is open.
      expect(handshakes.asked.slice(2)).toEqual(Array.from({ length: 3 }, () => [saying(/^a/)]));
      expect(finals()).toMatchObject([{ state: 'appliedNotVerified', undone: false }]);
      expect(
        last()
          .proof!.map(({ client }) => client)
          .toSorted(),
      ).toEqual(['requests', 'ssl']);
      expect(timers.waiting).toBe(0);
      expect(held()).toBe(true);
    },
  );

  it.each<[string, Answers, Partial<JobEvent>]>([
    ['verifies after all', MENDED, { state: 'verified', undone: false }],
    ['is refused after all', { requests: 'verifies', ssl: 'refused20' }, { state: 'failed', undone: true }],
  ])('a try that tells ends it: what was not reached %s', async (...[, later, end]) => {
    const repair = await run(
      scripted([round(FAILS, MENDED), round({ ...MENDED, ssl: 'reset' }), round(later)]),
    );
    timers.advance(30_000);
    await repair.idle();

    expect(finals()).toMatchObject([end]);
    expect(held()).toBe(end.state === 'verified');
    // What the first round could not reach stands there no more once it is known to verify.
    const proof = last().proof!.map(({ client, after: now }) => [client, now]);
    expect(proof).toContainEqual(['requests', 'verifies']);
    expect(proof.filter(([client]) => client === 'ssl')).toEqual(
      end.state === 'verified' ? [] : [['ssl', 'fails']],
    );
  });

  it('others have their turn while it waits', async () => {
    const repair = await run(scripted([round(FAILS, MENDED), round({ ...MENDED, ssl: 'reset' })]));
    const other = randomUUID();
    await repair.accept(lab.message({ order: { mode: 'plan' }, job: { jobId: other } }));
    await repair.idle();

    expect(finals()).toMatchObject([{ jobId: other, state: 'alreadyCompliant' }]);
  });

  it('what was not reached before either is no reason to wait', async () => {
    const away: Answers = { requests: 'unreachable', ssl: 'unreachable' };
    await run(scripted([round(away), round(away)]));

    expect(last().state).toBe('verified');
  });

  it('a measurement that fails is tried again as well', async () => {
    const repair = await run(scripted([round(FAILS, MENDED), new Error('no memory'), round(MENDED)]));
    expect(last()).toMatchObject({ step: 'handshakesWait' });
    timers.advance(30_000);
    await repair.idle();

    expect(last().state).toBe('verified');
  });

  it('sleep stops the clock', async () => {
    const repair = await run(
      scripted([round(FAILS, MENDED), round({ ...MENDED, ssl: 'reset' }), round(MENDED)]),
    );
    const now = timers.now.bind(timers);
    let slept = 0;
    timers.now = () => now() + slept;
    timers.advance(10_000);
    slept = 3_600_000;
    timers.advance(10_000);
    await repair.idle();
    expect(finals()).toEqual([]);
    timers.advance(20_000);
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'verified' }]);
  });
});

it('a way back that cannot be told from the journal ends the job all the same', async () => {
  const remedies = remediesOn(stores.access()).map((executor) => ({
    ...executor,
    open(...given: Parameters<typeof executor.open>) {
      const opened = executor.open(...given);
      if ('state' in opened) return opened;
      return {
        ...opened,
        undo: () => {
          throw new Error('A part of it is not known here.');
        },
      };
    },
  }));
  const handshakes = scripted([round(FAILS, MENDED), round({ requests: 'verifies', ssl: 'refused20' })]);
  const repair = await open(handshakes, { remedies });
  await repair.accept(lab.message());
  await repair.idle();
  for (let tries = 0; tries < 6 && finals().length === 0; tries += 1) {
    timers.advance(600_000);
    await repair.idle();
  }
  expect(finals()).toMatchObject([
    {
      ...{ state: 'appliedNotVerified', undone: false },
      detail: saying(/could not be undone: A part of it is not known here/),
    },
  ]);
});

describe('programs that began before the change', () => {
  it('are named, with the account and since when', async () => {
    const program = { account: 'ann', program: 'maya.bin', pid: 4711, since: '2026-11-22T08:00:00.000Z' };
    const asked: Date[] = [];
    const repair = await open(scripted([round(FAILS, MENDED), round(MENDED)]), {
      programs: (before) => {
        asked.push(before);
        return Promise.resolve([program]);
      },
    });
    await repair.accept(lab.message());
    await repair.idle();

    expect(last()).toMatchObject({ state: 'verified', effective: 'appRestart', waitsFor: [program] });
    expect(asked[0]!.toISOString()).toBe(lab.events.find(({ state }) => state === 'applying')!.at);
  });
});

describe('an agent that stops', () => {
  it.each<[string, Answers, readonly string[]]>([
    ['what verifies', MENDED, ['verified', 'failed']],
    ['what got worse', { requests: 'verifies', ssl: 'refused20' }, ['failed']],
  ])(
    'at any point of a job with %s: verified, or as before',
    async (...[, after, allowed]) => {
      const script = (): Handshakes => {
        const rounds = scripted([round(FAILS, MENDED), round(after)]);
        return {
          // A new process that looks at a host on which the change stands finds it so.
          measure: (signal, only) =>
            held() && rounds.asked.length === 0
              ? Promise.resolve(round(after))
              : rounds.measure(signal, only),
        };
      };
      const points = await pointsOf((fault) => open(script(), { fault }), lab.message());
      expect(points).toContain('after:measuredBefore');
      for (const stop of points.keys()) {
        stores.held.get(ROOT)!.clear();
        const jobId = randomUUID();
        await runUntil(stop, (fault) => open(script(), { fault }), lab.message({ job: { jobId } }));

        await (await open(script())).recover();

        const { finals: ends } = await journaled(lab.stateDir, jobId);
        const where = `stopped at ${stop} (${points[stop] ?? ''})`;
        if (ends.length === 0) expect([points[stop], held()], where).toEqual(['before:accepted', false]);
        else {
          expect(ends, where).toHaveLength(1);
          expect(allowed, where).toContain(ends[0]!.state);
          expect(held(), where).toBe(ends[0]!.state === 'verified');
        }
      }
    },
    120_000,
  );

  it('while it waits for another try: it goes on with the next one, and no more than three', async () => {
    const silent = round({ ...MENDED, ssl: 'reset' });
    (await run(scripted([round(FAILS, MENDED), silent]))).stop();
    for (const [wait, tries] of [
      [30_000, 2],
      [80_000, 3],
    ] as const) {
      timers = createManualTimers();
      const repair = await open(scripted([silent]));
      await repair.recover();
      timers.advance(wait - 1);
      await repair.idle();
      expect(last()).toMatchObject({ detail: saying(new RegExp(`Try ${tries - 1} `)) });
      timers.advance(1);
      await repair.idle();
      expect(last()).toMatchObject({ step: 'handshakesWait', detail: saying(new RegExp(`Try ${tries} `)) });
      repair.stop();
    }
    timers = createManualTimers();
    const repair = await open(scripted([silent]));
    await repair.recover();
    timers.advance(140_000);
    await repair.idle();

    expect(finals()).toMatchObject([{ state: 'appliedNotVerified', undone: false }]);
    expect(held()).toBe(true);
  });

  it('after the decision to undo: it is undone, and the event says what was found', async () => {
    const worse = round({ requests: 'verifies', ssl: 'refused20' });
    const handshakes = scripted([round(FAILS, MENDED), worse]);
    const points = await pointsOf((fault) => open(handshakes, { fault }), lab.message());
    stores.held.get(ROOT)!.clear();
    const jobId = randomUUID();
    await runUntil(
      points.indexOf('after:takingBack'),
      (fault) => open(scripted([round(FAILS, MENDED), worse]), { fault }),
      lab.message({ job: { jobId } }),
    );
    expect(held()).toBe(true);

    // Nothing is measured again: it is decided.
    await (await open(scripted([new Error('no endpoint answers any more')]))).recover();

    expect(last()).toMatchObject({ jobId, state: 'failed', undone: true, proof: [{ client: 'ssl' }, {}] });
    expect(held()).toBe(false);
  });
});
