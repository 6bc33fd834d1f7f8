import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ensureDependencies } from './dependencies.mjs';
import { runNx } from './nx.mjs';
import { PROGRAMS, projectEnv, projectNode } from './paths.mjs';

/** What the build says goes to stderr: what the program prints may be read by another one. */
async function buildOnce(name) {
  if (existsSync(PROGRAMS[name])) return;
  await ensureDependencies((line) => process.stderr.write(`${line}\n`));
  const code = await runNx(['run', `${name}:build`, '--outputStyle=static'], {}, ['ignore', 2, 2]);
  if (code !== 0) throw new Error('The build failed: see the lines above.');
}

/** Runs one of our programs as it was built last, in the directory in which npm was called, with this process's arguments. */
export async function runBuiltProgram(name) {
  await buildOnce(name);
  const child = spawn(projectNode(), [PROGRAMS[name], ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: projectEnv(),
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
