// `npm run test:full -- truth`: every cell. By hand: `node … src/main.ts WORD… setting=WORD…` takes only stands and settings whose
// names hold one of the words.
import { disagreement } from './cells/compare.ts';
import { runTruth } from './run.ts';
import { isThorough } from './stands/catalogue.ts';
import { figure, listing } from './report.ts';

const argv = process.argv.slice(2);
const words = argv.filter((word) => !word.startsWith('setting='));
const settings = argv.flatMap((word) => (word.startsWith('setting=') ? [word.slice('setting='.length)] : []));
const holds = (name: string, some: readonly string[]): boolean =>
  some.length === 0 || some.some((word) => name.includes(word));
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const report = await runTruth({
  selection: {
    stands: (all) => all.filter(({ name }) => holds(name, words)),
    probed: isThorough,
    settings: (_stand, all) => all.filter(({ name }) => holds(name, settings)),
  },
  note: (line) => process.stderr.write(`truth: ${line}\n`),
  limitMs: 3 * 60 * 60_000,
});
for (const { stand, because } of report.missing) say(`not here: ${stand}: ${because}`);
for (const line of listing(report.cells)) say(line);
say(figure(report));
process.exitCode =
  report.cells.length > 0 && !report.cells.some((cell) => disagreement(cell) !== null) ? 0 : 1;
