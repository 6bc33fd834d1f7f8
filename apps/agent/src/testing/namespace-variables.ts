import { execFileSync } from 'node:child_process';
import { createHost } from '@trustfleet/host';
import type { Order } from '@trustfleet/protocol';
import { createVariableSet, createVariableUnset } from '@trustfleet/repair';
import { createVariableAccess } from '../variable-access.ts';
import { carryOut, takeBack } from './remedy-runs.ts';

/** A mount namespace in which `/etc` and `/home` are the test's own: real paths, real readers (pam_env, systemd's generator). */
const [directory = '', bundle = ''] = process.argv.slice(2);
for (const place of ['etc', 'home'])
  execFileSync('/usr/bin/mount', ['--bind', `${directory}/${place}`, `/${place}`]);

const access = createVariableAccess({ host: createHost(), root: '/', registry: null });
const opened = (create: typeof createVariableSet, parameters: object) => {
  const remedy = create(access).open({ parameters } as unknown as Order, new Map());
  if ('state' in remedy) throw new Error(remedy.detail);
  return remedy;
};
const setting = (subject: object) =>
  opened(createVariableSet, { ...subject, value: { kind: 'path', path: bundle } });

const run = (program: string, ...args: string[]): string => {
  try {
    const env = { PATH: '/usr/bin:/bin', HOME: '/home/artist' };
    return execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch (error) {
    return `exit ${String((error as { status?: number }).status)}`;
  }
};
/** What a sign-in of the account gets. */
const signIn = (name: string): string => run('/usr/bin/su', 'artist', '-c', `printenv ${name}`);
/** What systemd's own manager of the account gets. */
const session = (): string =>
  run(
    '/usr/sbin/runuser',
    ...[
      '-u',
      'artist',
      '--',
      '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator',
    ],
  );

const machine = setting({ name: 'SSL_CERT_FILE', scope: 'machine' });
const own = setting({ name: 'REQUESTS_CA_BUNDLE', scope: 'user', owner: 'artist' });
const service = setting({ name: 'SSL_CERT_FILE', scope: 'service', owner: 'farm.service' });
const before = signIn('SSL_CERT_FILE');
const done = [];
for (const remedy of [machine, own, service]) done.push(await carryOut(remedy));
const seen = {
  signIn: signIn('SSL_CERT_FILE'),
  session: session(),
  unit: run('/usr/bin/systemd-analyze', 'verify', '/etc/systemd/system/farm.service'),
};
for (const [at, remedy] of [machine, own, service].entries()) {
  const work = done[at];
  if (work !== undefined) await takeBack(remedy, work);
}
const unset = opened(createVariableUnset, { name: 'SSL_CERT_FILE', scope: 'machine' });
const removed = await carryOut(unset);
const without = signIn('SSL_CERT_FILE');
await takeBack(unset, removed);
process.stdout.write(JSON.stringify({ before, ...seen, without, after: signIn('SSL_CERT_FILE') }));
