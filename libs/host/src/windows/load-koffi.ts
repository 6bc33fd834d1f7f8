import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import type * as koffi from 'koffi';
import { errorText } from '../errors.ts';
import { SystemCallError } from './system-call-error.ts';

export type Koffi = typeof koffi;

/**
 * Only on Windows, and only when something is called. In the shipped program koffi's native part lies beside the executable as
 * `koffi.node` (a single executable holds no native code); from a checkout the npm package is there. A bundler leaves `koffi` out.
 * Throws SystemCallError with what to do.
 */
export async function loadKoffi(executable = process.execPath): Promise<Koffi> {
  const beside = join(dirname(executable), 'koffi.node');
  try {
    if (existsSync(beside)) return createRequire(executable)(beside) as Koffi;
    // A single executable would look for it in the directory that it was called in, and above: any user's code would run as SYSTEM.
    if (isSea()) throw new Error('there is no such file');
    return await import('koffi');
  } catch (error) {
    throw new SystemCallError(
      `Windows' own libraries cannot be called: koffi could not be loaded (${errorText(error)}). It belongs at ${beside}: install the agent again`,
      { cause: error },
    );
  }
}
