import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { WINESERVER } from './namespace.ts';

const run = promisify(execFile);
const LIMIT_MS = 30_000;

/**
 * Ends every program of the prefix that WINEPREFIX names, and of no other; resolves when what they wrote is on disk. Where none runs, or
 * the prefix is gone, there is nothing to do. Rejects with what wineserver says.
 */
export async function endWine(
  env: Readonly<Record<string, string>> & { readonly WINEPREFIX: string },
): Promise<void> {
  try {
    await run(WINESERVER, ['-k'], { env, timeout: LIMIT_MS });
  } catch (error) {
    if (!meansNoneRuns(error)) throw error;
  }
  await run(WINESERVER, ['-w'], { env, timeout: LIMIT_MS });
}

/** It ends with 1 then, as it does for a prefix that it will not take; of that it says why. */
function meansNoneRuns(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === 1 && 'stderr' in error && error.stderr === ''
  );
}
