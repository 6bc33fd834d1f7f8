import { access, constants, readFile, realpath } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { errorCode } from '@trustfleet/terminal';
import type { Environment } from '../environment.ts';

const NAMES = ['python3', 'python', 'python.exe'];

/** What the shell starts as python3, else as python: the first in PATH, through a shim of pyenv; null where there is none. */
export async function shellPython(env: Environment): Promise<string | null> {
  const directories = (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  for (const directory of directories)
    for (const name of NAMES) {
      const path = join(directory, name);
      if (!(await isProgram(path))) continue;
      if (basename(directory) === 'shims') return await behindShim(directory, env);
      // A venv's is a link to the Python that it was made from, and a Python of its own all the same (PEP 405).
      return env['VIRTUAL_ENV'] === undefined ? await realpath(path) : path;
    }
  return null;
}

/** pyenv's choice: $PYENV_VERSION, else the global one. */
async function behindShim(shims: string, env: Environment): Promise<string | null> {
  const root = dirname(shims);
  const chosen = env['PYENV_VERSION'] ?? (await text(join(root, 'version')));
  const version = chosen?.split(/[:\s]/).find((one) => one !== '');
  if (version === undefined) return null;
  for (const name of NAMES) {
    const path = join(root, 'versions', version, 'bin', name);
    if (await isProgram(path)) return await realpath(path);
  }
  return null;
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Null where there is none, or it may not be read: then nothing is known of the choice. */
async function text(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'].includes(errorCode(error))) return null;
    throw error;
  }
}
