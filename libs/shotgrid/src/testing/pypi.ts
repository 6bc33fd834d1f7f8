import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = fileURLToPath(
  new URL('../../../../node_modules/.cache/trustfleet/shotgrid-packages', import.meta.url),
);
const TRIES = 3;
const FETCH_LIMIT_MS = 60_000;

export interface Published {
  readonly name: 'shotgun-api3' | 'sgtk';
  readonly version: string;
  /** SHA-256 of the wheel, as PyPI states it. */
  readonly sha256: string;
}

export const PUBLISHED = [
  ['shotgun-api3', '3.2.4', 'a3d8e623978d9a295be39946e17a1c5228bde03959028382ba671f951929f6b6'],
  ['shotgun-api3', '3.3.6', '293f9fdf5d77c8cdeef3d86e5c3db81571bf0a6b123ba4966caa2e1cc96a5334'],
  ['shotgun-api3', '3.5.1', 'f7a230e230af2d6fe64f50df2cba4dbf35334a213c86a6b7587c9b1b4e5855e6'],
  ['shotgun-api3', '3.8.5', '1f31b27599dea8d5daf47a407dd550c9c778a66901dc95be4b090d7c5109a4ca'],
  ['shotgun-api3', '3.10.3', '94168901a8385112104f5a0c2565972e0331b8448182cd2212c0b4f0c4d15c23'],
  ['sgtk', '0.21.7', 'd6ff361294545ae48c17117999f48cb9136e81c060b558b248a73e728b6fabb0'],
] as const satisfies readonly (readonly [Published['name'], string, string])[];

/** The pinned wheel, fetched by pip once and kept: nothing of it is executed. Rejects with one sentence that says what to do. */
export async function fetchWheel(wanted: Published): Promise<string> {
  const kept = join(CACHE, `${wanted.name}-${wanted.version}-${wanted.sha256.slice(0, 12)}`);
  if (!existsSync(kept)) await fetchInto(kept, wanted);
  const [wheel] = (await readdir(kept)).filter((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`${kept} holds no wheel: remove it and try again.`);
  return join(kept, wheel);
}

/** A wheel of pure Python is installed by unpacking it (binary distribution format, "Installing a wheel"). */
export async function installWheel(wheel: string, site: string): Promise<void> {
  await run('python3', ['-m', 'zipfile', '-e', wheel, site], { timeout: FETCH_LIMIT_MS });
}

async function fetchInto(kept: string, { name, version, sha256 }: Published): Promise<void> {
  await mkdir(dirname(kept), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const work = await mkdtemp(`${kept}.`);
    try {
      const list = join(work, 'requirements.txt');
      await writeFile(list, `${name}==${version} --hash=sha256:${sha256}\n`);
      await pip([
        'download',
        '--no-deps',
        '--only-binary',
        ':all:',
        '--require-hashes',
        '-d',
        work,
        '-r',
        list,
      ]);
      await rename(work, kept).catch((error: unknown) => {
        // Another process was first, and the hash is the same.
        if (!existsSync(kept)) throw error;
      });
      return;
    } catch (error) {
      if (attempt === TRIES)
        throw new Error(
          `${name} ${version} could not be fetched with pip. Check the network and pip's index.`,
          {
            cause: error,
          },
        );
      await wait(attempt * 1000 + Math.random() * 1000);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
}

async function pip(args: readonly string[]): Promise<void> {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  await run('python3', ['-m', 'pip', ...args.slice(0, 1), ...quiet, ...args.slice(1)], {
    timeout: FETCH_LIMIT_MS,
    env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' },
  });
}
