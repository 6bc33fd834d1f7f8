// argv: CHECKOUT PLACE SCRIPT [ARGUMENT …]. Run inside a fresh mount namespace, as root: binds the checkout to a place that
// every account reaches, whatever the folders above it allow, and becomes the parent of SCRIPT (a path in it) as nobody.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';

const NOBODY = 65534;
const [checkout, place, script, ...args] = process.argv.slice(2);
execFileSync('mount', ['--bind', checkout, place], { timeout: 10_000 });
const node = path.join(place, path.relative(checkout, process.execPath));
const child = spawn(node, [path.join(place, script), ...args], {
  uid: NOBODY,
  gid: NOBODY,
  stdio: 'inherit',
});
// Ctrl-C reaches the whole group: the child stops by itself, and this process waits for it.
process.on('SIGINT', () => {});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
