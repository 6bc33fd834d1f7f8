import { spawn } from 'node:child_process';
import path from 'node:path';
import { projectEnv, projectNode, ROOT } from './paths.mjs';

/** Runs Nx under the project's Node; resolves its exit code. The daemon stays off: nothing is left running. */
export function runNx(args, extraEnv = {}, stdio = 'inherit') {
  return new Promise((resolve, reject) => {
    const child = spawn(projectNode(), [path.join(ROOT, 'node_modules/nx/dist/bin/nx.js'), ...args], {
      cwd: ROOT,
      stdio,
      env: projectEnv({ NX_DAEMON: 'false', NX_TUI: 'false', ...extraEnv }),
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
