import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('./testing/namespace-variables.ts', import.meta.url));
const GENERATOR = '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator';
const ENVIRONMENT = '# the studio\nSSL_CERT_FILE="/old.pem" # why\nLANG=C.UTF-8\n';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-namespace-'));
  // As this machine has it, so that PAM and systemd find what they need; what the test is about is its own.
  execFileSync('/usr/bin/cp', ['-a', '/etc', directory]);
  await mkdir(join(directory, 'home/artist'), { recursive: true });
  await chown(join(directory, 'home/artist'), 4242, 4242);
  await appendFile(join(directory, 'etc/passwd'), 'artist:x:4242:4242::/home/artist:/bin/sh\n');
  await appendFile(join(directory, 'etc/group'), 'artist:x:4242:\n');
  await appendFile(join(directory, 'etc/shadow'), 'artist:*:19000:0:99999:7:::\n');
  await writeFile(join(directory, 'etc/environment'), ENVIRONMENT);
  await mkdir(join(directory, 'etc/trustfleet'), { recursive: true, mode: 0o755 });
  await writeFile(
    join(directory, 'etc/trustfleet/ca.pem'),
    WELL_KNOWN_ROOTS.map(({ pem }) => pem).join('\n'),
  );
  await mkdir(join(directory, 'etc/systemd/system'), { recursive: true });
  await writeFile(
    join(directory, 'etc/systemd/system/farm.service'),
    '[Service]\nExecStart=/bin/true\nEnvironment=SSL_CERT_FILE=/old.pem\n',
  );
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('in a mount namespace, at the real paths', () => {
  it.skipIf(!existsSync(GENERATOR))(
    'PAM and systemd read what was set, and what was there once it is undone',
    async () => {
      const bundle = '/etc/trustfleet/ca.pem';
      const argv = [
        '-m',
        '--propagation',
        'private',
        '--',
        process.execPath,
        '--conditions=@trustfleet/source',
      ];
      const { stdout } = await run('/usr/bin/unshare', [...argv, PROGRAM, directory, bundle], {
        timeout: 120_000,
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      });
      const seen = JSON.parse(stdout) as Record<string, string>;

      expect(seen).toMatchObject({
        // What pam_env makes of the space before a comment.
        ...{ before: '/old.pem"', signIn: bundle, without: 'exit 1', after: '/old.pem"', unit: '' },
      });
      expect(seen['session']?.split('\n')).toEqual(
        expect.arrayContaining([`SSL_CERT_FILE=${bundle}`, `REQUESTS_CA_BUNDLE=${bundle}`]),
      );
      expect(await readFile(join(directory, 'etc/environment'), 'utf8')).toBe(ENVIRONMENT);
      expect(existsSync(join(directory, 'etc/systemd/system/farm.service.d'))).toBe(false);
      expect(existsSync(join(directory, 'home/artist/.config'))).toBe(false);
    },
    180_000,
  );
});
