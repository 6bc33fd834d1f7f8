import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const ENTER = path.join(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  'sandbox-enter.mjs',
);

/** How this account may make a mount namespace: as root, as a user with a user namespace, or not at all. */
export function namespaceFlags(uid = process.getuid?.()) {
  if (process.platform !== 'linux') return undefined;
  const candidates = uid === 0 ? [['-m']] : [['-Urm']];
  return candidates.find((flags) => spawnSync('unshare', [...flags, 'true'], { timeout: 5000 }).status === 0);
}

/**
 * argv that runs `command` in a mount namespace of its own, in which /etc and /usr/local/share are writable
 * copies under `dir` and the rest of the machine is read-only, but for scratch directories and those of `writable`: no trust store
 * of the machine can be touched. With `roots` (a directory of .crt files) the store inside holds exactly those.
 */
export function sandboxArgv({ flags, dir, roots, writable = [], node = process.execPath }, command) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const options = [
    ...['--dir', dir, ...(roots ? ['--roots', roots] : [])],
    ...writable.flatMap((directory) => ['--writable', directory]),
  ];
  return ['unshare', ...flags, '--propagation', 'private', '--', node, ENTER, ...options, '--', ...command];
}

/** Runs one command inside and waits for it: for tests that look into the sandbox. */
export function runInSandbox(options, command, execOptions = {}) {
  const [program, ...args] = sandboxArgv(options, command);
  return execFileSync(program, args, { encoding: 'utf8', timeout: 60_000, ...execOptions });
}
