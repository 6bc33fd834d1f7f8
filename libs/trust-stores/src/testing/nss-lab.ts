import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestAuthority } from './authorities.ts';
import { DEBIAN, IS_ROOT, makeTestHost, type TestHost } from './host.ts';

/** A person of the test host: another account where the tests run as root, else the one that runs them. */
export const PERSON = {
  name: 'anna',
  uid: IS_ROOT ? 12_345 : (process.getuid?.() ?? 0),
  gid: IS_ROOT ? 12_345 : (process.getgid?.() ?? 0),
} as const;

export interface NssLab extends TestHost {
  /** An empty database as the real certutil makes it, its path; owned by the person below `home/anna`, by the tests' account elsewhere. */
  database(path: string, password?: string): string;
  /** The real certutil on a database, as its owner. Throws with what it printed, unless it may fail. */
  certutil(path: string, ...args: string[]): string;
  /** `certutil -A` as a person would. */
  imports(path: string, authority: TestAuthority, how: { nickname: string; flags: string }): void;
  /** Makes a directory that belongs to the person, with all above it. */
  personDirectory(path: string): string;
}

/** Databases that certutil made, in a home and below `/etc` of a file system of its own. */
export function makeNssLab(): NssLab {
  const host = makeTestHost(DEBIAN);
  chmodSync(host.root, 0o755);
  host.put('etc/passwd', `${PERSON.name}:x:${PERSON.uid}:${PERSON.gid}::/home/${PERSON.name}:/bin/bash\n`);
  mkdirSync(host.at('tmp'));
  const personDirectory = (path: string): string => {
    let at = host.root;
    for (const part of path.split('/')) {
      at = join(at, part);
      mkdirSync(at, { recursive: true });
      if (at.startsWith(host.at('home/anna'))) chownSync(at, PERSON.uid, PERSON.gid);
    }
    return at;
  };
  const certutil = (path: string, ...args: string[]): string => {
    const inHome = path.startsWith('home/');
    const identity = inHome && IS_ROOT ? { uid: PERSON.uid, gid: PERSON.gid } : {};
    const ran = spawnSync('/usr/bin/certutil', [...args, '-d', `sql:${host.at(path)}`], {
      cwd: '/',
      encoding: 'utf8',
      timeout: 20_000,
      ...identity,
    });
    if (ran.status !== 0) throw new Error(`certutil ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  };
  return {
    ...host,
    personDirectory,
    certutil,
    database(path, password) {
      const made = personDirectory(path);
      if (password === undefined) certutil(path, '-N', '--empty-password');
      else certutil(path, '-N', '-f', host.put('tmp/password', `${password}\n`));
      return made;
    },
    imports(path, authority, { nickname, flags }) {
      const file = host.put(`tmp/${authority.sha256}.pem`, authority.pem);
      certutil(path, '-A', '-n', nickname, '-t', flags, '-i', file);
    },
  };
}
