// `npm run package [-- --target linux-x64|win-x64] [--out DIR] [--node VERSION]`: runs from source under the project's own Node.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { BootstrapError, ensureDependencies } from '../bootstrap/src/dependencies.mjs';
import { projectEnv, projectNode } from '../bootstrap/src/paths.mjs';

const say = (line) => process.stderr.write(`${line}\n`);

async function main(args) {
  await ensureDependencies(say);
  const script = path.join(import.meta.dirname, 'src/main.ts');
  const child = spawn(projectNode(), ['--conditions=@trustfleet/source', script, ...args], {
    stdio: 'inherit',
    env: projectEnv(),
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(error instanceof BootstrapError ? error.message : error.stack);
    process.exitCode = 1;
  },
);
