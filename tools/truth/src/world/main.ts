// One world of the laboratory: `node main.ts PLAN CELLS`, started by ../run.ts in a mount namespace (enter.ts).
import { readFile, writeFile } from 'node:fs/promises';
import type { Plan } from './plan.ts';
import { runWorld } from './world.ts';

const [planFile, cellsFile] = process.argv.slice(2);
if (planFile === undefined || cellsFile === undefined) throw new Error('main.ts PLAN CELLS');
process.stdin.resume().once('end', () => process.exit(1));
const plan = JSON.parse(await readFile(planFile, 'utf8')) as Plan;
const cells = await runWorld(plan, (line) => process.stderr.write(`truth: ${line}\n`));
await writeFile(cellsFile, JSON.stringify(cells));
process.stdin.destroy();
