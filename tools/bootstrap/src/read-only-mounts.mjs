// Makes everything of this mount namespace read-only but some directories. Node built-ins only.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Kernel file systems: nothing there is kept, and programs need them as they are. */
const KERNEL = new Set([
  ...[
    'proc',
    'sysfs',
    'devtmpfs',
    'devpts',
    'cgroup',
    'cgroup2',
    'mqueue',
    'securityfs',
    'debugfs',
    'tracefs',
  ],
  ...['bpf', 'pstore', 'hugetlbfs', 'configfs', 'fusectl', 'binfmt_misc', 'nsfs', 'autofs'],
]);
/** Options of a mount that a remount would drop if it did not name them; in a user namespace it may not (mount_namespaces(7)). */
const KEPT_OPTIONS = new Set(['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime']);

const mount = (...args) =>
  execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 10_000 });

/** proc_pid_mountinfo(5): blanks and backslashes of a path are octal. */
const unescaped = (text) =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));

/** Mounts from the text of mountinfo, in its order: a later one may hide an earlier. */
export function parseMounts(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const fields = before.split(' ');
      return {
        target: unescaped(fields[4] ?? ''),
        options: (fields[5] ?? '').split(','),
        type: after.split(' ')[0] ?? '',
      };
    });
}

const lies = (path, directory) => path === directory || path.startsWith(`${directory}/`);

/** Those that have to become read-only, with the options of the remount. Pure. */
export function mountsToSeal(mounts, writable) {
  return mounts
    .filter(({ type, options }) => !KERNEL.has(type) && !options.includes('ro'))
    .filter(({ target }) => !writable.some((directory) => lies(target, directory)))
    .map(({ target, options }) => ({
      target,
      options: ['remount', 'bind', 'ro', ...options.filter((option) => KEPT_OPTIONS.has(option))].join(','),
    }));
}

/** From then on only what lies in `writable` can be written, whatever the account. Throws where the system does not allow that. */
export function sealMounts(writable) {
  const present = writable.filter((directory) => existsSync(directory));
  // A mount of its own each: what lies around it can then be sealed without it.
  for (const directory of present) mount('--rbind', directory, directory);
  const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  for (const { target, options } of mountsToSeal(mounts, present)) mount('-o', options, target);
}
