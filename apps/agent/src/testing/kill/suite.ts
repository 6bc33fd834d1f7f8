import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillDisk, killAt, openKillLab, prepareScenario, type PreparedScenario } from './kill-points.ts';
import { losePower, openLostWritesLab } from './lost-writes.ts';
import { sample, seededRandom } from './random.ts';

/** How much of it is run; null for all. */
export interface SuiteSize {
  /** Ways of a job that kills and full disks are drawn from. */
  readonly scenarios: number | null;
  readonly kills: number | null;
  readonly fullDisks: number | null;
  readonly powerLosses: number | null;
}

export interface SuiteOptions {
  readonly seed: number;
  readonly size: SuiteSize;
  /** Agents that run at once. */
  readonly lanes: number;
  readonly progress: (line: string) => void;
}

/** One kind of harm: how many times it was done, how that ended, and what was wrong. */
export interface Tally {
  done: number;
  readonly ends: Record<string, number>;
  readonly wrong: string[];
}

export interface SuiteResult {
  readonly kills: Tally;
  readonly fullDisks: Tally;
  readonly powerLosses: Tally;
}

type Harm = (
  lane: number,
) => Promise<{ readonly where: string; readonly state: string; readonly problems: readonly string[] }>;

interface Drill {
  readonly title: string;
  readonly harms: readonly Harm[];
  readonly lanes: number;
  readonly progress: SuiteOptions['progress'];
}

/** A run that breaks off is wrong too; the others go on. */
async function done(harm: Harm, lane: number): ReturnType<Harm> {
  try {
    return await harm(lane);
  } catch (error) {
    return {
      where: 'a run',
      state: 'brokenOff',
      problems: [error instanceof Error ? error.message : String(error)],
    };
  }
}

async function doAll({ title, harms, lanes, progress }: Drill): Promise<Tally> {
  const tally: Tally = { done: 0, ends: {}, wrong: [] };
  const waiting = [...harms];
  const work = async (lane: number): Promise<void> => {
    for (let harm = waiting.shift(); harm !== undefined; harm = waiting.shift()) {
      const { where, state, problems } = await done(harm, lane);
      tally.done += 1;
      tally.ends[state] = (tally.ends[state] ?? 0) + 1;
      tally.wrong.push(...problems.map((problem) => `${where}: ${problem}`));
      if (tally.done % Math.ceil(harms.length / 10) === 0)
        progress(`${title}: ${tally.done} of ${harms.length}, ${tally.wrong.length} wrong`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_none, lane) => work(lane)));
  return tally;
}

const some = <T>(items: readonly T[], count: number | null, random: () => number): readonly T[] =>
  count === null ? items : sample(items, count, random);

interface Choice {
  readonly random: () => number;
  readonly options: SuiteOptions;
}

/** Agents killed at every point of their journals, and a second time at a point of their next start. */
function killDrill(lab: Lab, prepared: readonly PreparedScenario[], { random, options }: Choice): Drill {
  const all = prepared.flatMap((one) => one.points.map((point, index) => ({ one, point, first: index + 1 })));
  const harms = some(all, options.size.kills, random).map(({ one, point, first }): Harm => {
    const second = 1 + Math.floor(random() * one.points.length);
    return async (lane) => {
      const where = `${one.scenario.name}, killed at ${first} (${point}), then at ${second}`;
      return { where, ...(await killAt(lab, one, { first, second, place: `lane ${lane}` })) };
    };
  });
  return { title: 'kill points', harms, lanes: options.lanes, progress: options.progress };
}

function fullDiskDrill(lab: Lab, prepared: readonly PreparedScenario[], { random, options }: Choice): Drill {
  const all = prepared.flatMap((one) =>
    Array.from({ length: one.writes }, (_none, index) => ({ one, fullAt: index + 1 })),
  );
  const harms = some(all, options.size.fullDisks, random).map(({ one, fullAt }): Harm => async (lane) => {
    const where = `${one.scenario.name}, disk full before write ${fullAt}`;
    return { where, ...(await fillDisk(lab, one, { fullAt, place: `lane ${lane}` })) };
  });
  return { title: 'full disks', harms, lanes: options.lanes, progress: options.progress };
}

type Lab = Awaited<ReturnType<typeof openKillLab>>['lab'];

async function powerDrill({ random, options }: Choice): Promise<Drill> {
  const lab = await openLostWritesLab();
  const harms = some(lab.moments, options.size.powerLosses, random).map((moment): Harm => async () => {
    const where = `${moment.scenario}, power lost after call ${moment.calls}, ${moment.loss} of the unsynced lost`;
    return { where, ...(await losePower(lab, moment, random)) };
  });
  return { title: 'power losses', harms, lanes: 1, progress: options.progress };
}

/** Harms agents in every way and says how that ended. */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const random = seededRandom(options.seed);
  const choice = { random, options };
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-kill-'));
  try {
    const { lab, scenarios } = await openKillLab(directory);
    const prepared: PreparedScenario[] = [];
    for (const scenario of some(scenarios, options.size.scenarios, random))
      prepared.push(await prepareScenario(lab, scenario));
    return {
      powerLosses: await doAll(await powerDrill(choice)),
      kills: await doAll(killDrill(lab, prepared, choice)),
      fullDisks: await doAll(fullDiskDrill(lab, prepared, choice)),
    };
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
