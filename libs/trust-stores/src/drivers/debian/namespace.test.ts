import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Seen } from '../../testing/debian-in-namespace.ts';
import { DEBIAN, IS_ROOT, makeTestHost, type TestHost } from '../../testing/host.ts';
import { UPDATE_TOOL } from './layout.ts';

const PROGRAM = fileURLToPath(new URL('../../testing/debian-in-namespace.ts', import.meta.url));
const ANCHORS = 'usr/local/share/ca-certificates';
const [first, second, third] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
let host: TestHost;
beforeEach(() => {
  host = makeTestHost(DEBIAN);
  host.put('usr/share/ca-certificates/mozilla/First.crt', first.pem);
  host.put('usr/share/ca-certificates/mozilla/Second.crt', second.pem);
  host.put('etc/ca-certificates.conf', 'mozilla/First.crt\n');
  for (const path of ['etc/ssl/certs', 'etc/ca-certificates/update.d', ANCHORS])
    mkdirSync(host.at(path), { recursive: true });
});
afterEach(() => {
  host.remove();
});

describe.skipIf(!IS_ROOT || !existsSync(UPDATE_TOOL))(
  'the Debian store at its real paths, in a mount namespace (needs root and ca-certificates)',
  () => {
    it('is read, changed and brought back', () => {
      const argv = [
        '-m',
        '--propagation',
        'private',
        '--',
        process.execPath,
        '--conditions=@trustfleet/source',
      ];
      const anchor = Buffer.from(pemToDer(third.pem)).toString('base64');
      const output = execFileSync('/usr/bin/unshare', [...argv, PROGRAM, host.root, anchor], {
        encoding: 'utf8',
        timeout: 60_000,
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      });
      const { states, seen } = JSON.parse(output) as { states: string[]; seen: Record<string, Seen> };
      expect(states).toEqual(['done', 'done', 'done', 'done', 'done']);
      const before: Seen = { anchors: [first.sha256], entries: 1, problems: [] };
      expect(seen).toEqual({
        before,
        changed: { anchors: [second.sha256, third.sha256].toSorted(), entries: 1, problems: [] },
        after: before,
        again: before,
      });
      expect(readdirSync(host.at(ANCHORS))).toEqual([]);
      expect(readFileSync(host.at('etc/ca-certificates.conf'), 'utf8')).toBe('mozilla/First.crt\n');
      // Two links for one certificate: by its name and by its hash.
      expect(readdirSync(host.at('etc/ssl/certs'))).toHaveLength(3);
    });
  },
);
