// Runs inside a fresh mount namespace (see sandbox.mjs): makes the sandbox's view of the trust store, then becomes
// the command's parent. Node built-ins only.
import { execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sealMounts } from './read-only-mounts.mjs';

const OVERLAID = ['/etc', '/usr/local/share'];
/** What update-ca-certificates reads and writes: bound as plain copies where an overlay cannot be written. */
const COPIED = ['/etc/ssl/certs', '/usr/local/share/ca-certificates'];

/** Where tools put what they throw away again. */
const SCRATCH = ['/tmp', '/var/tmp', '/run', '/dev/shm'];

const mount = (...args) =>
  execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 10_000 });

function overlay(target, dir) {
  const name = target.replaceAll('/', '_');
  const upper = path.join(dir, `upper${name}`);
  const work = path.join(dir, `work${name}`);
  mkdirSync(upper, { recursive: true, mode: 0o755 });
  // A work directory left by a kill makes the next overlay mount fail with EBUSY or stale handles.
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { mode: 0o755 });
  mount('-t', 'overlay', 'overlay', '-o', `lowerdir=${target},upperdir=${upper},workdir=${work}`, target);
}

function bindCopy(target, dir) {
  if (!existsSync(target)) return;
  const copy = path.join(dir, `copy${target.replaceAll('/', '_')}`);
  if (!existsSync(copy))
    cpSync(target, copy, { recursive: true, dereference: false, verbatimSymlinks: true });
  mount('--bind', copy, target);
}

/** In a user namespace files of the real root belong to nobody, so an overlay mounts and still refuses writes. */
const writable = () => {
  try {
    COPIED.filter((target) => existsSync(target)).forEach((target) => accessSync(target, constants.W_OK));
    return true;
  } catch {
    return false;
  }
};

const NAMESPACE_LIMIT_MS = 30_000;

/** Whether a process of an earlier namespace (a tool that outlived its agent) still holds these directories. */
function heldElsewhere(dir) {
  const marker = `upperdir=${path.join(dir, 'upper')}`;
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/mountinfo`, 'utf8').includes(marker);
    } catch (error) {
      // It ended since the listing, or belongs to another account, whose namespaces never hold our directories.
      if (['ENOENT', 'ESRCH', 'EACCES', 'EINVAL', 'EPERM'].includes(error.code)) return false;
      throw error;
    }
  });
}

/** The same upper directory under two overlays at once gives stale file handles. */
function waitForEarlierNamespace(dir) {
  const limit = Date.now() + NAMESPACE_LIMIT_MS;
  while (heldElsewhere(dir)) {
    if (Date.now() > limit)
      throw new Error(`${dir} is still in use by a sandbox that was started before: stop it, then try again`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function isolate(dir) {
  waitForEarlierNamespace(dir);
  try {
    OVERLAID.forEach((target) => overlay(target, dir));
  } catch (error) {
    process.stderr.write(
      `sandbox: no overlay here (${String(error.stderr ?? error.message).trim()}); copies are bound instead\n`,
    );
  }
  const overlaid = writable();
  if (!overlaid) COPIED.forEach((target) => bindCopy(target, dir));
  withoutHooks(dir);
  return overlaid;
}

/** Hooks of update-ca-certificates (Java's) write outside /etc: without them the machine's own files stay untouched. */
function withoutHooks(dir) {
  const hooks = '/etc/ca-certificates/update.d';
  if (!existsSync(hooks)) return;
  const empty = path.join(dir, 'no-hooks');
  mkdirSync(empty, { recursive: true, mode: 0o755 });
  mount('--bind', empty, hooks);
}

/** What the distribution ships is what lies here: in the overlay a file like any other, which a change may replace. */
function select(names, { dir, overlaid, first }) {
  const text = names.map((name) => `${name}\n`).join('');
  if (overlaid) {
    if (first) writeFileSync('/etc/ca-certificates.conf', text);
    return;
  }
  const selection = path.join(dir, 'ca-certificates.conf');
  writeFileSync(selection, text);
  mount('--bind', selection, '/etc/ca-certificates.conf');
}

/** Makes the store hold exactly `roots`, by the distribution's own tool. */
function replaceStore({ dir, roots, overlaid }) {
  const done = path.join(dir, 'roots-installed');
  const shared = path.join(dir, 'usr-share-ca-certificates');
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  const names = readdirSync(roots)
    .filter((name) => name.endsWith('.crt'))
    .sort();
  names.forEach((name) => cpSync(path.join(roots, name), path.join(shared, name)));
  mount('--bind', shared, '/usr/share/ca-certificates');
  select(names, { dir, overlaid, first: !existsSync(done) });
  if (existsSync(done)) return;
  for (const name of existsSync('/usr/local/share/ca-certificates')
    ? readdirSync('/usr/local/share/ca-certificates')
    : []) {
    rmSync(path.join('/usr/local/share/ca-certificates', name), { recursive: true, force: true });
  }
  execFileSync('/usr/sbin/update-ca-certificates', ['--fresh'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  writeFileSync(done, '');
}

function main() {
  const split = process.argv.indexOf('--', 2);
  const { values } = parseArgs({
    args: process.argv.slice(2, split),
    options: {
      dir: { type: 'string' },
      roots: { type: 'string' },
      writable: { type: 'string', multiple: true, default: [] },
    },
  });
  const { dir, roots } = values;
  const overlaid = isolate(dir);
  if (roots) replaceStore({ dir, roots, overlaid });
  // Homes, keystores, bundles: an agent in here may change its copies, and nothing else of this machine.
  sealMounts([...(overlaid ? OVERLAID : COPIED), ...SCRATCH, dir, ...values.writable]);
  const [program, ...args] = process.argv.slice(split + 1);
  const child = spawn(program, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`sandbox: ${program} could not be started: ${error.message}\n`);
    process.exitCode = 127;
  });
  child.on('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 1);
  });
}

main();
