import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { namespaceFlags } from './sandbox.mjs';

const runs = (program, ...args) => spawnSync(program, args, { timeout: 10_000 }).status === 0;

/**
 * What suites need beyond Node: how to see it, what to install, and which projects' suites cannot run without it.
 * Elsewhere a missing one is named and its suites count as skipped; in CI a skip is a failure.
 */
export const REQUIREMENTS = [
  {
    name: 'Chromium',
    install: 'apt-get install chromium',
    present: () => existsSync('/usr/bin/chromium'),
    projects: ['dashboard', 'e2e'],
  },
  {
    name: 'Debian trust-store tools (update-ca-certificates, openssl)',
    install: 'apt-get install ca-certificates openssl',
    present: () => existsSync('/usr/sbin/update-ca-certificates') && runs('openssl', 'version'),
    projects: ['bootstrap', 'certificates', 'trust-stores', 'repair', 'truth', 'e2e'],
  },
  {
    name: 'Python 3',
    install: 'apt-get install python3',
    present: () => runs('python3', '--version'),
    projects: ['certificates', 'diagnosis', 'python', 'truth', 'e2e'],
  },
  {
    name: 'the stores of NSS, p11-kit and Java (certutil, trust, keytool, javac)',
    install: 'apt-get install libnss3-tools p11-kit p11-kit-modules default-jdk-headless',
    present: () =>
      ['certutil', 'trust', 'keytool', 'javac'].every((program) => existsSync(`/usr/bin/${program}`)),
    projects: ['trust-stores', 'repair', 'agent'],
  },
  {
    name: 'Wine 8 or newer, 64 bit',
    install: 'apt-get install wine wine64',
    present: () => existsSync('/usr/bin/wine'),
    projects: ['testkit', 'host', 'trust-stores', 'packaging', 'e2e'],
  },
  {
    name: 'a C compiler for Windows (mingw-w64)',
    install: 'apt-get install gcc-mingw-w64-x86-64',
    present: () => existsSync('/usr/bin/x86_64-w64-mingw32-gcc'),
    projects: ['packaging', 'e2e'],
  },
  {
    name: 'systemd-analyze',
    install: 'apt-get install systemd',
    present: () => existsSync('/usr/bin/systemd-analyze'),
    projects: ['packaging'],
  },
  {
    name: 'root with mount namespaces (unshare)',
    install: 'run the tests as root on Linux, with util-linux installed',
    present: () => process.getuid?.() === 0 && namespaceFlags() !== undefined,
    projects: [
      'agent',
      'bootstrap',
      'host',
      'packaging',
      'python',
      'repair',
      'testkit',
      'trust-stores',
      'truth',
      'e2e',
    ],
  },
];

/** Missing requirements, and the projects whose test suites they take along. */
export function missingRequirements(requirements = REQUIREMENTS) {
  const missing = requirements.filter((requirement) => !requirement.present());
  return { missing, skipped: [...new Set(missing.flatMap((requirement) => requirement.projects))].sort() };
}
