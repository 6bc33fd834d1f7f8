import { describe, expect, it } from 'vitest';
import { seedOfRun } from './testing/kill/random.ts';
import { runSuite } from './testing/kill/suite.ts';

const seed = seedOfRun(process.env);

describe('a sample of the suite `kill` (npm run test:full -- kill runs all of it)', () => {
  it(`each job ends once, changed and verified or as before, and no event is lost (TRUSTFLEET_SEED=${seed})`, async () => {
    const { kills, fullDisks, powerLosses } = await runSuite({
      seed,
      size: { scenarios: 3, kills: 8, fullDisks: 4, powerLosses: 120 },
      lanes: 2,
      progress: () => undefined,
    });

    expect([kills.done, fullDisks.done, powerLosses.done]).toEqual([8, 4, 120]);
    expect([...kills.wrong, ...fullDisks.wrong, ...powerLosses.wrong]).toEqual([]);
  }, 300_000);
});
