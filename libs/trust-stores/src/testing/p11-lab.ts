import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseBundle } from '@trustfleet/certificates';

/** The real p11-kit, told by a module file of the test's own to read the test's sources instead of this machine's. */
export interface P11Lab {
  /** argv that runs a program in a mount namespace of its own where p11-kit has the lab's module file, and no other. */
  within(argv: readonly string[]): [string, ...string[]];
  /** What `trust` prints. */
  trust(...options: readonly string[]): string;
  /** Digests of what `trust extract` gives for these options, sorted. */
  extract(...options: readonly string[]): readonly string[];
}

const MODULES = '/usr/share/p11-kit/modules';
/** $1 is the directory that takes the place of p11-kit's own; the rest is the program. */
const BOUND = `mount --bind "$1" ${MODULES} && shift && exec "$@"`;
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', P11_KIT_NO_USER_CONFIG: '1' };

/** `paths` are the trust paths of a build (`--with-trust-paths`), the first first. Needs root (unshare, mount). */
export function makeP11Lab(directory: string, paths: readonly string[]): P11Lab {
  const modules = join(directory, 'p11-modules');
  mkdirSync(modules, { recursive: true });
  // pkcs11.conf(5): the trust module takes its paths from here.
  writeFileSync(
    join(modules, 'p11-kit-trust.module'),
    `module: p11-kit-trust.so\npriority: 1\ntrust-policy: yes\nx-init-reserved: paths=${paths.join(':')}\n`,
  );
  const within = (argv: readonly string[]): [string, ...string[]] => [
    '/usr/bin/unshare',
    '-m',
    '/bin/sh',
    '-c',
    BOUND,
    'sh',
    modules,
    ...argv,
  ];
  const trust = (...options: readonly string[]): string => {
    const [program, ...args] = within(['/usr/bin/trust', ...options]);
    return execFileSync(program, args, { encoding: 'utf8', env: ENV, stdio: ['ignore', 'pipe', 'ignore'] });
  };
  return {
    within,
    trust,
    extract(...options) {
      const file = join(directory, 'extracted', 'bundle.pem');
      mkdirSync(dirname(file), { recursive: true });
      rmSync(file, { force: true });
      trust('extract', '--format=pem-bundle', '--overwrite', ...options, file);
      return parseBundle(readFileSync(file)).anchors;
    },
  };
}
