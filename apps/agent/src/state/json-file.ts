import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { CliError, errorCode, messageOf } from '@trustfleet/terminal';

/** Makes the state directory (0700); a sentence where that is not possible. */
export async function ensureStateDir(stateDir: string): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CliError(
      `The state directory ${stateDir} cannot be made (${messageOf(error)}). Run as root, or name another with --state-dir.`,
    );
  }
}

/** Replaces a JSON file of the state directory: mode 0600, whole or not at all, on disk when it returns. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
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
      `${path} cannot be written (${messageOf(error)}). Run as root, or name another directory with --state-dir.`,
    );
  }
}

/** Gone from disk when it returns; nothing where it is not there. */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await syncDirectory(dirname(path));
  } catch (error) {
    throw new CliError(`${path} cannot be removed (${messageOf(error)}). Remove it by hand.`);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Null when there is no such file; a sentence when it is not what this agent wrote. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw new CliError(
      `${path} cannot be read (${messageOf(error)}). Run with the account that enrolled this host, or name its --state-dir.`,
    );
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(
      `${path} is damaged or of another version (${messageOf(error).slice(0, 300)}). Restore it, or move it away and enrol again.`,
    );
  }
}
