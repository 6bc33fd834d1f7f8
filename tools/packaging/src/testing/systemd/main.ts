import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errorCode, messageOf } from '@trustfleet/terminal';
import { writeIdentity } from '../write-identity.ts';

/*
 * `npm run nx -- run packaging:systemd`: the installed agent and its unit under a real systemd, in namespaces of its own. Needs root, a
 * kernel that lets it mount overlay and cgroup2, and systemd on this machine: so it is no part of `npm test`, which has the same
 * steps with a stand-in for systemctl, and the real systemd-analyze.
 */
const run = promisify(execFile);
const BOOT_LIMIT_MS = 60_000;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Machine {
  /** systemd's number on this machine, and its files. */
  readonly pid: string;
  readonly files: string;
  run(...argv: readonly string[]): Promise<string>;
}

/** Text of a file below /proc; '' when its process has gone. */
const ofProcess = (path: string): Promise<string> =>
  readFile(join('/proc', path), 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

/** The process that became systemd: it, its child or its child's child. */
async function firstProcess(child: ChildProcess): Promise<string> {
  const end = performance.now() + BOOT_LIMIT_MS;
  while (performance.now() < end && child.exitCode === null) {
    for (
      let at = String(child.pid);
      at !== '';
      at = (await ofProcess(`${at}/task/${at}/children`)).split(' ')[0] ?? ''
    )
      if ((await ofProcess(`${at}/comm`)) === 'systemd') return at;
    await sleep(100);
  }
  throw new Error(
    'systemd did not start: this kernel does not allow the namespaces or the mounts of boot.sh.',
  );
}

async function boot(child: ChildProcess): Promise<Machine> {
  const pid = await firstProcess(child);
  const enter = ['-t', pid, '-m', '-p', '-C', '-u', '-i', '-r', '-w', '--'];
  const machine: Machine = {
    pid,
    files: `/proc/${pid}/root`,
    async run(...argv) {
      const options = { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, timeout: 120_000 };
      const { stdout } = await run('/usr/bin/nsenter', [...enter, ...argv], options);
      return stdout;
    },
  };
  const end = performance.now() + BOOT_LIMIT_MS;
  // Until it listens, and again until it has started everything; both answers are failures of the command.
  while (
    (await machine.run('/usr/bin/systemctl', 'is-system-running').catch(messageOf)).trim() !== 'running'
  ) {
    if (performance.now() > end) throw new Error('systemd did not come up.');
    await sleep(200);
  }
  return machine;
}

function must(holds: boolean, what: string): void {
  say(`${holds ? 'ok' : 'WRONG'} ${what}`);
  if (!holds) process.exitCode = 1;
}

const AGENT = '/opt/trustfleet/bin/trustfleet-agent';

async function checkService(machine: Machine): Promise<void> {
  await writeIdentity(join(machine.files, 'var/lib/trustfleet-agent'));
  must(
    (await machine.run('/root/package/trustfleet-agent', 'install')).includes('runs'),
    'install starts the service',
  );
  const pid = (await machine.run('/usr/bin/systemctl', 'show', '-P', 'MainPID', 'trustfleet-agent')).trim();
  await machine.run('/bin/kill', '-KILL', pid);
  // RestartSec is 5 s.
  let status = '';
  for (let tries = 0; tries < 60 && !/Agent: +running[^]*Service: +running/.test(status); tries += 1) {
    await sleep(500);
    status = await machine.run(AGENT, 'status');
  }
  must(
    /Agent: +running[^]*Service: +running/.test(status) && !status.includes(`process ${pid})`),
    'a killed agent is started again',
  );
}

async function checkConfinement(machine: Machine): Promise<void> {
  const units = join(machine.files, 'etc/systemd/system');
  const unit = await readFile(join(units, 'trustfleet-agent.service'), 'utf8');
  const probe = unit
    .replace(/^ExecStart=.*$/m, 'ExecStart=/opt/probe.sh')
    .replace('Type=exec', 'Type=oneshot')
    .replace(/^(Restart|StateDirectory).*\n/gm, '');
  await writeFile(join(units, 'probe.service'), probe);
  await writeFile(join(machine.files, 'opt/probe.sh'), await readFile(here('probe.sh')), { mode: 0o755 });
  await machine.run('/usr/bin/systemctl', 'daemon-reload');
  await machine.run('/usr/bin/systemctl', 'start', 'probe');
  const said = (await machine.run('/usr/bin/journalctl', '-u', 'probe', '-o', 'cat')).split('\n');
  const lines = said.filter((line) => /^(ok|WRONG) (may|never) /.test(line));
  for (const line of lines) must(line.startsWith('ok'), line.replace(/^\w+ /, ''));
  must(lines.length === 20, 'every line of the probe was heard');
}

async function checkUninstall(machine: Machine): Promise<void> {
  await machine.run('/root/package/trustfleet-agent', 'uninstall', '--purge');
  const left = [
    'opt/trustfleet',
    'etc/trustfleet',
    'var/lib/trustfleet-agent',
    'etc/systemd/system/trustfleet-agent.service',
  ];
  for (const path of left) {
    const there = await access(join(machine.files, path)).then(
      () => true,
      () => false,
    );
    must(!there, `uninstall leaves no /${path}`);
  }
}

/** The last processes of a group need a moment to go. */
async function removeOnceEmpty(folder: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (errorCode(error) !== 'EBUSY' || tries > 100) throw error;
      await sleep(100);
    }
  }
}

/** The group of boot.sh, with what systemd made in it: directories that are empty once their processes are gone. */
async function removeGroup(stage: string, name: string): Promise<void> {
  const mountPoint = join(stage, 'groups');
  await mkdir(mountPoint, { recursive: true });
  await run('/bin/mount', ['-t', 'cgroup2', 'cgroup2', mountPoint]);
  try {
    await mkdir(join(mountPoint, name), { recursive: true }); // boot.sh may have failed before it
    const entries = await readdir(join(mountPoint, name), { recursive: true, withFileTypes: true });
    const folders = entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const folder of folders.toSorted((a, b) => b.length - a.length)) await removeOnceEmpty(folder);
    await removeOnceEmpty(join(mountPoint, name));
  } finally {
    await run('/bin/umount', [mountPoint]);
  }
}

const stage = await mkdtemp('/var/lib/trustfleet-systemd-');
const out = join(stage, 'out');
await mkdir(join(stage, 'machine'));
const name = basename(stage);
const packaging = [
  '--conditions=@trustfleet/source',
  here('../../main.ts'),
  '--target',
  'linux-x64',
  '--out',
  out,
];
await run(process.execPath, packaging, { timeout: 280_000 });
const [folder = ''] = await readdir(out);
const child = spawn(
  '/usr/bin/unshare',
  [
    '-m',
    '--propagation',
    'private',
    '--',
    '/bin/sh',
    here('boot.sh'),
    join(stage, 'machine'),
    join(out, folder),
    name,
  ],
  { stdio: 'inherit' },
);
const ended = new Promise((resolve) => child.once('close', resolve));
try {
  const machine = await boot(child);
  try {
    await checkService(machine);
    await checkConfinement(machine);
    await checkUninstall(machine);
  } finally {
    // The first process of a namespace takes all others along.
    process.kill(Number(machine.pid), 'SIGKILL');
  }
} catch (error) {
  // Before the rest is cleared away, which may fail too.
  must(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  child.kill('SIGKILL');
  await ended;
  await removeGroup(stage, name);
  await rm(stage, { recursive: true, force: true });
}
