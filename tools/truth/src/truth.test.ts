import { expect, it } from 'vitest';
import { disagreement } from './cells/compare.ts';
import { figure, listing } from './report.ts';
import { runTruth, type TruthReport } from './run.ts';
import { sampleOf } from './sample.ts';
import { findInterpreters } from './stands/interpreters.ts';

const LIMIT_MS = 10 * 60_000;
/** The same cells in every run, so that a red one is the change's; `TRUSTFLEET_SEED` draws others, `npm run test:full -- truth` all. */
const SEED = Number(process.env['TRUSTFLEET_SEED'] ?? 20779);
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function sample(): Promise<TruthReport> {
  const interpreters = await findInterpreters();
  say(
    `truth: sample of TRUSTFLEET_SEED=${SEED}, Python ${interpreters.map(({ version }) => version).join(', ')}`,
  );
  return await runTruth({
    selection: sampleOf(
      SEED,
      interpreters.map(({ feature }) => feature),
    ),
    note: () => undefined,
    limitMs: LIMIT_MS,
  });
}

it(
  'what is predicted is what real clients do: a sample',
  async () => {
    const report = await sample();
    for (const { stand, because } of report.missing) say(`truth: not here: ${stand}: ${because}`);
    say(figure(report));

    expect(report.cells.length).toBeGreaterThan(100);
    expect(listing(report.cells)).toEqual([]);
    // Both ways, or nothing was proved.
    const outcomes = new Set(report.cells.map(({ real }) => real.result));
    expect(outcomes).toContain('verifies');
    expect(outcomes).toContain('fails');
    const [some] = report.cells;
    expect(some && disagreement({ ...some, predicted: { ...some.predicted, result: 'unverified' } })).toBe(
      some?.real.result === 'unverified' ? null : 'result',
    );
  },
  LIMIT_MS,
);
