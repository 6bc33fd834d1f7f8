import { execFile } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Interpreter } from './interpreters.ts';

const run = promisify(execFile);
const TRIES = 3;
const INSTALL_LIMIT_MS = 4 * 60_000;

/** Packages of PyPI are never committed: they are fetched once, by interpreter and requirements, and kept here. */
export const CACHE = cacheDirectory();

/**
 * Below node_modules, where nobody but root could have put something; else the machine's own cache: interpreters in a place that others
 * write are not run by the agent's collectors (security.md, "a local user").
 */
function cacheDirectory(): string {
  const named = process.env['TRUSTFLEET_TRUTH_CACHE'];
  if (named !== undefined) return named;
  const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
  const parts = modules.split('/').map((_, index, all) => all.slice(0, index + 1).join('/') || '/');
  const safe = parts.every((part) => {
    const { uid, mode } = statSync(part);
    return uid === 0 && (mode & 0o022) === 0;
  });
  return safe ? join(modules, '.cache/trustfleet-truth') : '/var/cache/trustfleet-truth';
}

/** Null where the index does not give them: no network, or none that this interpreter can read. */
export type Fetched = { readonly directory: string } | { readonly because: string };

/** `pip install --target`, by the interpreter's own pip and its settings, as an administrator would; bounded and tried again. */
export async function fetchPackages(
  interpreter: Interpreter,
  requirements: readonly string[],
): Promise<Fetched> {
  const key = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12);
  const target = join(CACHE, `${interpreter.version}-${key}`);
  if (existsSync(target)) return { directory: target };
  await mkdir(dirname(target), { recursive: true });
  let because = '';
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const work = await mkdtemp(`${target}.`);
    try {
      await install(interpreter, requirements, work);
      await rename(work, target).catch((error: unknown) => {
        // Another process was first, and asked for the same.
        if (!existsSync(target)) throw error;
      });
      return { directory: target };
    } catch (error) {
      because = reasonOf(error);
      await wait(attempt * 1000 + randomInt(1000));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return { because: `${requirements.join(' ')} for Python ${interpreter.version}: ${because}` };
}

async function install(
  interpreter: Interpreter,
  requirements: readonly string[],
  work: string,
): Promise<void> {
  const argv = ['-m', 'pip', 'install', '--quiet', '--no-warn-conflicts', '--only-binary', ':all:'];
  // A copy of the API on a Python too old for it is what studios have: it is put there by hand.
  if (requirements.some((one) => one.startsWith('shotgun-api3'))) argv.push('--ignore-requires-python');
  const plain = ['--target', work, ...requirements];
  await run(interpreter.path, [...argv, ...plain], { timeout: INSTALL_LIMIT_MS, maxBuffer: 16 << 20 }).catch(
    async () => {
      // Some old releases stand there as source alone.
      await run(interpreter.path, ['-m', 'pip', 'install', '--quiet', ...plain], {
        timeout: INSTALL_LIMIT_MS,
        maxBuffer: 16 << 20,
      });
    },
  );
}

function reasonOf(error: unknown): string {
  const said = (error as { stderr?: unknown }).stderr;
  const text = typeof said === 'string' && said !== '' ? said : String(error);
  return text.trim().split('\n').slice(-2).join(' ').slice(0, 400);
}
