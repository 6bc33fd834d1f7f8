import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- tests run the collectors on the real operating system; outside tests the apps connect the ports
import { createHost } from '@trustfleet/host';
import type { PythonPorts } from '../ports.ts';

export const IS_ROOT = process.getuid?.() === 0;

export function realPorts(): PythonPorts {
  return createHost();
}

export interface TestHost {
  /** Prefix for `root`. */
  readonly root: string;
  /** Absolute path of one of its files. */
  at(path: string): string;
  /** Writes a file, making its directories (0755). */
  put(path: string, content: string | Uint8Array, mode?: number): string;
  remove(): void;
}

/**
 * A small file system of its own. As root it lies where nobody else may write on the way, as an installation does; below
 * /tmp every path would count as writable by others.
 */
export function makeTestHost(): TestHost {
  const root = mkdtempSync(join(IS_ROOT ? '/var/lib' : tmpdir(), 'trustfleet-python-test-'));
  chmodSync(root, 0o755);
  const at = (path: string): string => join(root, path);
  return {
    root,
    at,
    put(path, content, mode = 0o644) {
      mkdirSync(dirname(at(path)), { recursive: true, mode: 0o755 });
      writeFileSync(at(path), content, { mode });
      chmodSync(at(path), mode);
      return at(path);
    },
    remove() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
