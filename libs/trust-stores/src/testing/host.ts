import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- tests run the drivers on the real operating system; outside tests the apps connect the ports
import { createHost } from '@trustfleet/host';
import type { TrustStorePorts } from '../ports.ts';

export const IS_ROOT = process.getuid?.() === 0;

export function realPorts(): TrustStorePorts {
  return createHost();
}

export interface TestHost {
  readonly root: string;
  at(path: string): string;
  put(path: string, content: string | Uint8Array): string;
  remove(): void;
}

/** A file system of its own: this machine's store is neither read nor changed. */
export function makeTestHost(osRelease: string): TestHost {
  const root = mkdtempSync(join(tmpdir(), 'trustfleet-stores-test-'));
  const at = (path: string): string => join(root, path);
  const host: TestHost = {
    root,
    at,
    put(path, content) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), content);
      return at(path);
    },
    remove() {
      rmSync(root, { recursive: true, force: true });
    },
  };
  host.put('etc/os-release', osRelease);
  return host;
}

export const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n';
