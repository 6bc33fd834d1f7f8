import { availableParallelism } from 'node:os';
import { seedOfRun } from './random.ts';
import { runSuite, type Tally } from './suite.ts';

// All of the suite `kill` (`npm run test:full -- kill`); vitest runs a seeded sample of it. TRUSTFLEET_LANES: agents at once.
const seed = seedOfRun(process.env);
const write = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const began = performance.now();
const seconds = (): number => Math.round((performance.now() - began) / 1000);
const endsOf = ({ ends }: Tally): string =>
  Object.entries(ends)
    .sort()
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');

write(`kill: seed ${seed} (TRUSTFLEET_SEED repeats it)`);
const result = await runSuite({
  seed,
  size: { scenarios: null, kills: null, fullDisks: null, powerLosses: null },
  lanes: Number(process.env['TRUSTFLEET_LANES']) || 2 * availableParallelism(),
  progress: (line) => {
    write(`[${seconds()} s] ${line}`);
  },
});
const wrong = Object.values(result).flatMap((tally: Tally) => tally.wrong);
for (const line of wrong) write(`WRONG ${line}`);
write(`kill points:  ${result.kills.done}, each killed again at its next start: ${endsOf(result.kills)}`);
write(`full disks:   ${result.fullDisks.done}: ${endsOf(result.fullDisks)}`);
write(`power losses: ${result.powerLosses.done}: ${endsOf(result.powerLosses)}`);
write(`kill: ${wrong.length} wrong, ${seconds()} seconds, seed ${seed}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
