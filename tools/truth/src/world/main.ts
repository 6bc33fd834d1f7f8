// One world of the laboratory: `node main.ts PLAN`, started by ../run.ts in a mount namespace (enter.ts). Each run's cells are a line of
// JSON on stdout as soon as they stand.
import { readFile } from 'node:fs/promises';
import type { Plan } from './plan.ts';
import { runWorld } from './world.ts';

const [planFile] = process.argv.slice(2);
if (planFile === undefined) throw new Error('main.ts PLAN');
process.stdin.resume().once('end', () => process.exit(1));
const plan = JSON.parse(await readFile(planFile, 'utf8')) as Plan;
await runWorld(plan, {
  note: (line) => process.stderr.write(`truth: ${line}\n`),
  done: (done) => process.stdout.write(`${JSON.stringify(done)}\n`),
});
process.stdin.destroy();
