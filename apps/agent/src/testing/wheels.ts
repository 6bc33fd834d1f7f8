import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = fileURLToPath(
  new URL('../../../../node_modules/.cache/trustfleet/python-wheels', import.meta.url),
);
const TRIES = 3;
const FETCH_LIMIT_MS = 60_000;

/** Wheels of PyPI that tests install, with the SHA-256 that PyPI states. Nothing of them is part of this repository. */
const PINNED = {
  'certifi==2021.10.8': 'd62a0163eb4c2344ac042ab2bdf75399a71a2d8c7d47eac2e2ee91b9d6339569',
  'certifi==2022.12.7': '4ad3232f5e926d6718ec31cfc1fcadfde020920e278684144551c91769c7bc18',
  'certifi==2024.7.4': 'c198e21b1289c2ab85ee4e67bb4b4ef3ead0892059901a8d5b622f24a1101e90',
  'shotgun_api3==3.3.6': '293f9fdf5d77c8cdeef3d86e5c3db81571bf0a6b123ba4966caa2e1cc96a5334',
  'shotgun_api3==3.8.1': '2224f84459c63f7b392f116e3f5acb4829a44f81a6586809f0c6927cd22a2b57',
  'shotgun_api3==3.8.4': '316d6363d4f6520ad33af5582c3eef20dfe333b383b1fc51d46a2076706be36e',
  'shotgun_api3==3.9.0': '0cf5ab54364f294ad520cfdbd3b9adf8066231aa4cfcec3132481f641e252bda',
} as const;
export type WheelName = keyof typeof PINNED;

export interface PublishedWheel {
  readonly fileName: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly version: string;
}

/** The pinned wheel, fetched by pip once and kept. Rejects with one sentence that says what to do. */
export async function publishedWheel(name: WheelName): Promise<PublishedWheel> {
  const kept = join(CACHE, name);
  if (!existsSync(kept)) await fetchInto(kept, name);
  const [fileName] = (await readdir(kept)).filter((one) => one.endsWith('.whl'));
  if (fileName === undefined) throw new Error(`${kept} holds no wheel: remove it and try again.`);
  const bytes = await readFile(join(kept, fileName));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== PINNED[name])
    throw new Error(`${kept} is not the wheel that was pinned: remove it and try again.`);
  return { fileName, bytes, sha256, version: name.split('==')[1] ?? '' };
}

/** Another process may have been first; what it fetched passes the same check. */
async function keep(work: string, kept: string): Promise<void> {
  try {
    await rename(work, kept);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

async function fetchInto(kept: string, name: WheelName): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const work = await mkdtemp(`${kept}.`);
    try {
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps'];
      const any = [
        '--only-binary',
        ':all:',
        '--python-version',
        name.startsWith('certifi==2021') ? '36' : '39',
      ];
      await run('python3', ['-m', 'pip', 'download', ...quiet, ...any, '-d', work, name], {
        timeout: FETCH_LIMIT_MS,
      });
      await keep(work, kept);
      return;
    } catch (error) {
      if (attempt === TRIES)
        throw new Error(`${name} could not be fetched with pip. Check the network and pip's index.`, {
          cause: error,
        });
      await wait(attempt * 1000 + Math.random() * 1000);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
}
