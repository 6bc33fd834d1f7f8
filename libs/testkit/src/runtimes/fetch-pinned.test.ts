import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fetchPinned } from './fetch-pinned.ts';
import type { PinnedPackage } from './pinned.ts';

const run = promisify(execFile);
let directory: string;
let cache: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-runtimes-'));
  cache = join(directory, 'cache');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A package folder, which `npm pack` packs like one of the registry: no network is needed. */
async function localPackage(): Promise<PinnedPackage> {
  const source = join(directory, 'thing');
  await mkdir(join(source, 'bin'), { recursive: true });
  await writeFile(join(source, 'package.json'), JSON.stringify({ name: 'thing', version: '1.0.0' }));
  await writeFile(join(source, 'bin/thing'), 'a binary');
  await writeFile(join(source, 'other'), 'not wanted');
  await run('npm', ['pack', '--silent', '--pack-destination', directory], { cwd: source });
  const tarball = join(directory, 'thing-1.0.0.tgz');
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  return { name: 'thing', version: `file:${tarball}`, integrity, files: ['bin/thing'] };
}

it('unpacks what is named, once, however many ask at the same time', async () => {
  const pinned = await localPackage();
  const onProgress = vi.fn();

  const [first, second] = await Promise.all([
    fetchPinned(pinned, { cache, onProgress }),
    fetchPinned(pinned, { cache }),
  ]);
  await fetchPinned(pinned, { cache, onProgress });

  expect(second).toEqual(first);
  expect(await readFile(first.binary, 'utf8')).toBe('a binary');
  expect(await readdir(first.directory)).toEqual(['bin']);
  expect(await readdir(cache)).toHaveLength(1);
  expect(onProgress).toHaveBeenCalledTimes(1);
});

it('a package that is not the pinned one is refused, and nothing of it is left', async () => {
  const pinned = await localPackage();
  const integrity = `sha512-${createHash('sha512').update('another').digest('base64')}`;

  await expect(fetchPinned({ ...pinned, integrity }, { cache })).rejects.toThrow(/is not what was pinned/);
  expect(await readdir(cache)).toEqual([]);
});

it('a package that cannot be fetched is one sentence', async () => {
  const pinned = await localPackage();
  const version = `file:${join(directory, 'none.tgz')}`;

  await expect(fetchPinned({ ...pinned, version }, { cache })).rejects.toThrow(
    /could not be fetched with npm pack/,
  );
});
