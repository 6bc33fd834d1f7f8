// `npm run test:full -- truth`: every cell. README "By hand" has the arguments.
import { parseArgs } from 'node:util';
import { createProgress } from './progress.ts';
import { listing, Tally } from './report.ts';
import { runTruth } from './run.ts';
import { isProbed } from './visits.ts';

const LIMIT_MS = 5 * 60 * 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    setting: { type: 'string', multiple: true, default: [] },
    // The machine has two cores, and the servers need part of one.
    workers: { type: 'string', default: '3' },
    part: { type: 'string', default: '1/1' },
  },
});
const [part = 1, parts = 1] = values.part.split('/').map(Number);
if (!(part >= 1 && part <= parts)) throw new Error(`--part ${values.part}: wanted k/n, as in 2/3.`);
const holds = (name: string, some: readonly string[]): boolean =>
  some.length === 0 || some.some((word) => name.includes(word));
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const note = (line: string): boolean => process.stderr.write(`truth: ${line}\n`);

const tally = new Tally();
const progress = createProgress(tally, note);
let planned = 0;
await runTruth({
  selection: {
    stands: (all) => all.filter(({ name }, index) => index % parts === part - 1 && holds(name, positionals)),
    probed: isProbed,
    settings: (_stand, all) => all.filter(({ name }) => holds(name, values.setting)),
  },
  keep: true,
  atOnce: Number(values.workers),
  listener: {
    note,
    missing(stand, because) {
      tally.missing.push(stand);
      say(`not here: ${stand}: ${because}`);
    },
    planned: (runs) => (planned = runs),
    done(run) {
      tally.add(run);
      progress(run, planned);
    },
  },
  limitMs: LIMIT_MS,
});
for (const { stand, setting, failed } of tally.failed) say(`FAILED ${stand} | ${setting}: ${failed ?? ''}`);
for (const line of listing(tally.disagreeing)) say(line);
say(tally.figure);
process.exitCode = tally.agrees ? 0 : 1;
