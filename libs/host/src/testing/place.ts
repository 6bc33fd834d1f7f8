import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const IS_ROOT = process.getuid?.() === 0;
/** An account without files of its own. */
export const NOBODY = { uid: 65534, gid: 65534 };

/**
 * A directory for one test file. As root it lies where nobody else may write on the way, as an installation does; below /tmp
 * every path would count as writable by others.
 */
export function makePlace(): { readonly path: string; remove(): void } {
  const parent = IS_ROOT ? '/var/lib' : tmpdir();
  const path = mkdtempSync(join(parent, 'trustfleet-host-test-'));
  chmodSync(path, 0o755);
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
