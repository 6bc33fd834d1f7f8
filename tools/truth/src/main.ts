// `npm run test:full -- truth`: every cell. With words behind it, only stands whose name has one of them.
import { disagreement } from './cells/compare.ts';
import { runTruth } from './run.ts';
import { figure, listing } from './report.ts';

const words = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const report = await runTruth({
  selection: {
    stands: (all) =>
      words.length === 0 ? all : all.filter(({ name }) => words.some((word) => name.includes(word))),
    settings: (_stand, all) => all,
  },
  note: (line) => process.stderr.write(`truth: ${line}\n`),
  limitMs: 3 * 60 * 60_000,
});
for (const { stand, because } of report.missing) say(`not here: ${stand}: ${because}`);
for (const line of listing(report.cells)) say(line);
say(figure(report));
process.exitCode =
  report.cells.length > 0 && !report.cells.some((cell) => disagreement(cell) !== null) ? 0 : 1;
