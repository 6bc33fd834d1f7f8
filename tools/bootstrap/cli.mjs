// `npm run trustfleet -- …`: the command for people and CI, as it was built last.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ensureDependencies } from './src/dependencies.mjs';
import { runNx } from './src/nx.mjs';
import { PROGRAMS, projectEnv, projectNode } from './src/paths.mjs';

async function buildOnce() {
  if (existsSync(PROGRAMS.cli)) return;
  await ensureDependencies((line) => process.stderr.write(`${line}\n`));
  if ((await runNx(['run', 'cli:build', '--outputStyle=static'])) !== 0)
    throw new Error('The build failed: see the lines above.');
}

await buildOnce();
const child = spawn(projectNode(), [PROGRAMS.cli, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: projectEnv(),
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
process.exitCode = await new Promise((resolve, reject) => {
  child.on('error', reject);
  child.on('close', (code) => resolve(code ?? 1));
});
