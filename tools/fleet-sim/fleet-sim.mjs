// Simulated hosts for people: see README.md. Runs from source under the project's own Node.
import path from 'node:path';
import { spawn } from 'node:child_process';
import { ensureDependencies } from '../bootstrap/src/dependencies.mjs';
import { projectEnv, projectNode } from '../bootstrap/src/paths.mjs';

await ensureDependencies((line) => process.stderr.write(`${line}\n`));
const main = path.join(import.meta.dirname, 'src/main.ts');
const child = spawn(projectNode(), ['--conditions=@trustfleet/source', main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: projectEnv(),
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
