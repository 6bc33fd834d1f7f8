import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exists } from '../exists.ts';
import type { PinnedPackage } from './pinned.ts';

const run = promisify(execFile);
const FETCH_LIMIT_MS = 5 * 60_000;
const UNPACK_LIMIT_MS = 2 * 60_000;

export interface FetchOptions {
  /** Where packages are kept; below node_modules of the workspace if not given. */
  readonly cache?: string;
  /** Told before something long: one sentence a line. */
  readonly onProgress?: (line: string) => void;
}

export interface FetchedPackage {
  /** The folder of the package. */
  readonly directory: string;
  /** The binary: the first of `files`. */
  readonly binary: string;
}

/** dist/ and src/ lie at the same depth, so that the built library finds the same folder. */
const WORKSPACE_CACHE = fileURLToPath(
  new URL('../../../../node_modules/.cache/trustfleet/runtimes', import.meta.url),
);

/** `npm pack` goes through npm's own settings and cache; what comes is held against the pinned hash all the same. */
async function download(pinned: PinnedPackage, directory: string): Promise<string> {
  const wanted = `${pinned.name}@${pinned.version}`;
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(npm, ['pack', wanted, '--pack-destination', directory, '--ignore-scripts', '--silent'], {
      cwd: directory,
      timeout: FETCH_LIMIT_MS,
    });
  } catch (error) {
    throw new Error(
      `${wanted} could not be fetched with npm pack. Check the network and npm's registry, then try again.`,
      {
        cause: error,
      },
    );
  }
  const tarball = (await readdir(directory)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack ${wanted} ended well and left no tarball.`);
  const path = join(directory, tarball);
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(path))
    .digest('base64')}`;
  if (integrity !== pinned.integrity)
    throw new Error(
      `${wanted} is not what was pinned: ${integrity} came, ${pinned.integrity} is expected. It was thrown away; find out why before you pin another.`,
    );
  return path;
}

async function fetchInto(pinned: PinnedPackage, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.`);
  try {
    const tarball = await download(pinned, work);
    const unpacked = join(work, 'package');
    const members = pinned.files.map((file) => `package/${file}`);
    await run('tar', ['-xzf', tarball, '-C', work, '--no-same-owner', ...members], {
      timeout: UNPACK_LIMIT_MS,
    });
    await rename(unpacked, target).catch(async (error: unknown) => {
      // Another process was first; what it unpacked has passed the same check.
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * A pinned package from the cache, fetched on first need: exact version, SHA-512 checked before anything is unpacked. Safe when
 * several processes ask at once. Rejects with one sentence that says what to do.
 */
export async function fetchPinned(
  pinned: PinnedPackage,
  options: FetchOptions = {},
): Promise<FetchedPackage> {
  // The hash is part of the name: another one is another folder.
  const key = createHash('sha256')
    .update(`${pinned.integrity} ${pinned.files.join(' ')}`)
    .digest('hex')
    .slice(0, 16);
  const name = `${pinned.name}-${pinned.version}-${key}`.replaceAll(/[^A-Za-z0-9.-]/g, '');
  const directory = join(options.cache ?? WORKSPACE_CACHE, name);
  if (!(await exists(directory))) {
    options.onProgress?.(`Fetching ${pinned.name} ${pinned.version} …`);
    await fetchInto(pinned, directory);
  }
  return { directory, binary: join(directory, pinned.files[0]) };
}
