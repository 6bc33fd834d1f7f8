import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = fileURLToPath(
  new URL('../../../../node_modules/.cache/trustfleet/python-requests', import.meta.url),
);
const PACKAGES = [
  'requests==2.32.3',
  'certifi==2024.7.4',
  'urllib3==2.2.3',
  'idna==3.10',
  'charset-normalizer==3.4.0',
];
const TRIES = 3;

/** Of this system, which no test replaces. */
export const SYSTEM_PYTHON = '/usr/bin/python3';

/** Real `requests` of PyPI, fetched by pip once and kept; nothing of it is part of this repository. */
async function requestsPackages(): Promise<string> {
  const kept = join(CACHE, PACKAGES.join(','));
  for (let attempt = 1; !existsSync(kept); attempt += 1) {
    await mkdir(CACHE, { recursive: true });
    const work = await mkdtemp(join(CACHE, 'fetch-'));
    try {
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--no-compile'];
      await run('python3', ['-m', 'pip', 'install', ...quiet, '--target', work, ...PACKAGES], {
        timeout: 120_000,
      });
      await rename(work, kept);
    } catch (error) {
      if (existsSync(kept)) break;
      if (attempt === TRIES)
        throw new Error('requests could not be fetched with pip. Check the network and the index of pip.', {
          cause: error,
        });
      await wait(attempt * 1000 + Math.random() * 1000);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return kept;
}

/** A virtual environment of the system's Python with real `requests` in it; answers its interpreter. */
export async function pythonWithRequests(directory: string): Promise<string> {
  await run(SYSTEM_PYTHON, ['-m', 'venv', '--without-pip', directory]);
  const [version] = await readdir(join(directory, 'lib'));
  await cp(await requestsPackages(), join(directory, 'lib', version ?? '', 'site-packages'), {
    recursive: true,
  });
  return join(directory, 'bin/python');
}
