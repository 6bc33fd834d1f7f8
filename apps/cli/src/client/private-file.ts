import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { CliError, errorCode, messageOf } from '@trustfleet/terminal';

/** The new name is on disk when it resolves. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Replaces a JSON file: mode 0600 in a directory 0700, whole or not at all, on disk when it resolves. */
export async function writePrivateFile(path: string, value: unknown): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw new CliError(
      `${path} cannot be written: ${messageOf(error)}. Name another directory in TRUSTFLEET_CONFIG_DIR.`,
      1,
      { cause: error },
    );
  }
}

/** Null when there is no such file; a sentence when it is not what this program wrote. */
export async function readPrivateFile<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw new CliError(`${path} cannot be read: ${messageOf(error)}.`, 1, { cause: error });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(`${path} is damaged or of another version. Remove it and sign in again.`, 1, {
      cause: error,
    });
  }
}
