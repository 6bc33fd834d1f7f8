import { expect, it } from 'vitest';
import type { Cell } from './cell.ts';
import { disagreement } from './cells/compare.ts';
import { listing, Tally } from './report.ts';
import { runTruth } from './run.ts';
import { sampleOf } from './sample.ts';
import { findInterpreters } from './stands/interpreters.ts';

const LIMIT_MS = 10 * 60_000;
/** The same cells in every run, so that a red one is the change's; `TRUSTFLEET_SEED` draws others, `npm run test:full -- truth` all. */
const SEED = Number(process.env['TRUSTFLEET_SEED'] ?? 20779);
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function sample(): Promise<{ readonly tally: Tally; readonly cells: readonly Cell[] }> {
  const interpreters = await findInterpreters();
  say(
    `truth: sample of TRUSTFLEET_SEED=${SEED}, Python ${interpreters.map(({ version }) => version).join(', ')}`,
  );
  const tally = new Tally();
  const cells: Cell[] = [];
  await runTruth({
    selection: sampleOf(
      SEED,
      interpreters.map(({ feature }) => feature),
    ),
    keep: false,
    atOnce: 2,
    listener: {
      note: () => undefined,
      missing(stand, because) {
        tally.missing.push(stand);
        say(`truth: not here: ${stand}: ${because}`);
      },
      planned: () => undefined,
      done(run) {
        tally.add(run);
        cells.push(...run.cells);
      },
    },
    limitMs: LIMIT_MS,
  });
  return { tally, cells };
}

it(
  'what is predicted is what real clients do: a sample',
  async () => {
    const { tally, cells } = await sample();
    say(tally.figure);

    expect(cells.length).toBeGreaterThan(100);
    expect(tally.failed).toEqual([]);
    expect(listing(tally.disagreeing)).toEqual([]);
    // Both ways, or nothing was proved.
    const outcomes = new Set(cells.map(({ real }) => real.result));
    expect(outcomes).toContain('verifies');
    expect(outcomes).toContain('fails');
    const [some] = cells;
    expect(some && disagreement({ ...some, predicted: { ...some.predicted, result: 'unverified' } })).toBe(
      some?.real.result === 'unverified' ? null : 'result',
    );
    const failing = cells.find(({ real }) => real.result === 'fails');
    expect(failing && disagreement({ ...failing, cause: 'notTls' })).toBe('cause');
  },
  LIMIT_MS,
);
