import { spawn } from 'node:child_process';
import path from 'node:path';
import { projectEnv, projectNode, ROOT } from '../../bootstrap/src/paths.mjs';

/** Runs the project's Node; its exit code. A signal to us is one to the whole group, so the child gets it too. */
function runNode(args, { stdout, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(projectNode(), args, {
      cwd: ROOT,
      stdio: ['ignore', stdout, 'inherit'],
      env: projectEnv(env),
    });
    const pass = (signal) => child.kill(signal);
    process.on('SIGTERM', pass);
    // Ctrl-C reaches the child by itself; we wait for its end.
    process.on('SIGINT', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Builds the programs that a bench starts; the output goes to stderr, since stdout is the bench's own. */
export function buildFor(projects) {
  if (projects.length === 0) return Promise.resolve(0);
  const nx = path.join(ROOT, 'node_modules/nx/dist/bin/nx.js');
  const args = [nx, 'run-many', '-t', 'build', '-p', projects.join(','), '--outputStyle=static'];
  return runNode(args, { stdout: 2, env: { NX_DAEMON: 'false', NX_TUI: 'false' } });
}

/** Runs one file of this folder from source. */
export function runScript(script) {
  return runNode(['--conditions=@trustfleet/source', path.join(import.meta.dirname, script)], {
    stdout: 'inherit',
  });
}
