// Started in a mount namespace of its own: the default store and the host names of the laboratory lie over the machine's, then the
// program that follows takes this one's place. `node enter.ts STORE HOSTS -- PROGRAM ARGUMENTS…`
import { execFileSync, spawnSync } from 'node:child_process';

const [store, hosts, dashes, program, ...argv] = process.argv.slice(2);
if (store === undefined || hosts === undefined || dashes !== '--' || program === undefined)
  throw new Error('enter.ts STORE HOSTS -- PROGRAM ARGUMENTS…');
const bind = (from: string, to: string): void => {
  execFileSync('mount', ['--bind', from, to], { timeout: 10_000 });
};
bind(store, '/etc/ssl/certs');
bind(hosts, '/etc/hosts');
const { status } = spawnSync(program, argv, { stdio: 'inherit' });
process.exitCode = status ?? 1;
