import { judgeEnd, type Ends, type Journaled } from './judge.ts';
import { journalsOn, makeImage, runInMemory, storeOn, type MemoryRun } from './memory-agent.ts';
import { afterPowerLoss, LOSSES, type Loss } from './recorded-disk.ts';
import { makeScenarios, type Scenario } from './scenarios.ts';
import { makeStudio, type Change, type Studio } from './studio.ts';

/** A moment of a recorded run at which the power goes, and what is lost with it. */
export interface LostPower {
  readonly scenario: string;
  readonly calls: number;
  readonly loss: Loss;
}

/** A scenario as it was recorded, undisturbed. */
export interface RecordedScenario {
  readonly scenario: Scenario;
  readonly run: MemoryRun;
  readonly ends: Ends;
}

export interface LostWritesLab {
  readonly studio: Studio;
  readonly scenarios: readonly RecordedScenario[];
  /** Every moment with every kind of loss. */
  readonly moments: readonly LostPower[];
}

/** Records every scenario but the one that has to wait for a clock. */
export async function openLostWritesLab(): Promise<LostWritesLab> {
  const studio = await makeStudio();
  const pristine = makeImage(studio);
  const scenarios: RecordedScenario[] = [];
  const untouched = storeOn(pristine);
  const changed: Partial<Record<Change, string>> = {};
  for (const scenario of makeScenarios(studio).filter(({ behaviour }) => behaviour !== 'hangsAfterAdd')) {
    const before = await runInMemory(studio, pristine, { wishes: scenario.before, behaviour: 'works' });
    const run = await runInMemory(studio, before.disk.image(), {
      wishes: [scenario.wish],
      behaviour: scenario.behaviour,
    });
    // The first scenario of each change carries it out.
    const applied = (changed[scenario.change] ??= storeOn(run.disk.image()));
    const ends =
      scenario.before.length > 0
        ? { before: applied, done: untouched }
        : { before: untouched, done: applied };
    scenarios.push({ scenario, run, ends });
  }
  const moments = scenarios.flatMap(({ scenario, run }) =>
    run.disk.log.flatMap((_call, index) =>
      LOSSES.map((loss) => ({ scenario: scenario.name, calls: index + 1, loss })),
    ),
  );
  return { studio, scenarios, moments };
}

const journaledOn = (image: ReturnType<MemoryRun['disk']['image']>): Journaled[] =>
  [...journalsOn(image)].map(([jobId, lines]) => ({
    jobId,
    owners: lines.some(({ origin }) => origin === 'owner'),
    events: lines.flatMap(({ event }) => event ?? []),
    finals: lines.filter(({ kind }) => kind === 'final').flatMap(({ event }) => event ?? []),
  }));

/** Takes the power away at a moment, starts the agent on what is left of the disk, and says what is wrong with how that ends. */
export async function losePower(
  { studio, scenarios }: LostWritesLab,
  moment: LostPower,
  random: () => number,
): Promise<{ readonly state: string; readonly problems: string[] }> {
  const recorded = scenarios.find(({ scenario }) => scenario.name === moment.scenario);
  if (recorded === undefined) throw new Error(`there is no scenario ${moment.scenario}`);
  const { scenario, run, ends } = recorded;
  const left = afterPowerLoss(run.start, run.disk.log.slice(0, moment.calls), { loss: moment.loss, random });
  const next = await runInMemory(studio, left, { wishes: [scenario.wish], behaviour: scenario.behaviour });
  const image = next.disk.image();
  const earlier = journaledOn(run.start).flatMap(({ events, owners }) => (owners ? [] : events));
  const heard = run.delivered.filter(({ calls }) => calls <= moment.calls);
  const received = [...earlier, ...[...heard, ...next.delivered].map(({ event }) => event)];
  return judgeEnd({ scenario, ends, store: storeOn(image), journals: journaledOn(image), received });
}
