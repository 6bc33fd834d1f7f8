import { execFile } from 'node:child_process';
import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 180_000;

/** `2024.07.04` → `2024.7.4`: what pip calls it. */
export const pipVersion = (version) => version.split('.').map(Number).join('.');

/** The `cacert.pem` of one release, below `cache`; fetched with pip when it is not there yet. */
export async function caFileOf(version, cache) {
  const directory = path.join(cache, pipVersion(version));
  const unpacked = path.join(directory, 'unpacked');
  if (!(await exists(unpacked))) await unpack(await fetchPackage(version, directory), unpacked);
  const files = (await readdir(unpacked, { recursive: true })).filter(
    (name) => path.basename(name) === 'cacert.pem',
  );
  // The oldest source packages hold it twice, in the package and in a build's leftovers: the shortest path is the package's.
  const [file] = files.toSorted((a, b) => a.length - b.length);
  if (file === undefined) throw new Error(`certifi ${version} has no cacert.pem.`);
  return await readFile(path.join(unpacked, file));
}

async function fetchPackage(version, directory) {
  await mkdir(directory, { recursive: true });
  const found = async () => (await readdir(directory)).find((name) => /\.(whl|tar\.gz)$/.test(name));
  // A wheel where there is one: making a source package's metadata runs its setup.py.
  for (const only of ['--only-binary=:all:', '--no-binary=:all:']) {
    if ((await found()) !== undefined) break;
    const argv = [
      '-m',
      'pip',
      'download',
      '-q',
      '--no-deps',
      only,
      '-d',
      directory,
      `certifi==${pipVersion(version)}`,
    ];
    await run('python3', argv, { timeout: LIMIT_MS }).catch((error) => {
      if (only.startsWith('--no-binary')) throw error;
    });
  }
  return path.join(directory, await found());
}

async function unpack(file, target) {
  const module = file.endsWith('.whl') ? 'zipfile' : 'tarfile';
  await run('python3', ['-m', module, '-e', file, target], { timeout: LIMIT_MS }).catch(async (error) => {
    await rm(target, { recursive: true, force: true });
    throw error;
  });
}

async function exists(file) {
  return await access(file).then(
    () => true,
    () => false,
  );
}
