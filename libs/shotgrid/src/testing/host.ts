import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- tests run the discovery on the real operating system; outside tests the apps connect the ports
import { createHost } from '@trustfleet/host';
import type { ShotgridPorts } from '../ports.ts';

export const IS_ROOT = process.getuid?.() === 0;
export const ALICE = { uid: 54321, gid: 54321 };
export const BOB = { uid: 54322, gid: 54322 };

export function realPorts(): ShotgridPorts {
  return createHost();
}

export interface TestHost {
  /** Prefix for `root`. */
  readonly root: string;
  /** Absolute path of one of its files. */
  at(path: string): string;
  /** Writes a file, making its directories (0755); returns its absolute path. */
  put(path: string, content: string | Uint8Array, mode?: number): string;
  directory(path: string): string;
  link(path: string, target: string): string;
  give(account: { readonly uid: number; readonly gid: number }, ...paths: string[]): void;
  remove(): void;
}

/**
 * A small file system of its own with root, alice and bob. As root it lies where nobody else may write on the way, as an installation
 * does; below a temporary directory every path would count as writable by others.
 */
export function makeTestHost(base = IS_ROOT ? '/var/lib' : tmpdir()): TestHost {
  const root = mkdtempSync(join(base, 'trustfleet-shotgrid-test-'));
  chmodSync(root, 0o755);
  const at = (path: string): string => join(root, path);
  const host: TestHost = {
    root,
    at,
    put(path, content, mode = 0o644) {
      mkdirSync(dirname(at(path)), { recursive: true, mode: 0o755 });
      writeFileSync(at(path), content, { mode });
      chmodSync(at(path), mode);
      return at(path);
    },
    directory(path) {
      mkdirSync(at(path), { recursive: true, mode: 0o755 });
      return at(path);
    },
    link(path, target) {
      mkdirSync(dirname(at(path)), { recursive: true, mode: 0o755 });
      symlinkSync(target, at(path));
      return at(path);
    },
    give(account, ...paths) {
      for (const path of paths)
        execFileSync('/bin/chown', ['-Rh', `${account.uid}:${account.gid}`, at(path)]);
    },
    remove() {
      rmSync(root, { recursive: true, force: true });
    },
  };
  const person = (name: string, { uid, gid }: typeof ALICE): string =>
    `${name}:x:${uid}:${gid}::/home/${name}:/bin/bash\n`;
  host.put('etc/passwd', `${person('alice', ALICE)}${person('bob', BOB)}`);
  for (const path of ['opt', 'home/alice', 'home/bob']) host.directory(path);
  return host;
}
