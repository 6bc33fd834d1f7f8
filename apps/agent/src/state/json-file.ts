import { mkdir, stat } from 'node:fs/promises';
import { atomicWriteFile, fileCalls, openFileAccess, removeFile } from '@trustfleet/host';
import type { z } from 'zod';
import { CliError, errorCode, messageOf } from '@trustfleet/terminal';

/** Makes the state directory (0700); a sentence where that is not possible, or where others may write to the one that is there. */
export async function ensureStateDir(stateDir: string): Promise<void> {
  try {
    const access = await openFileAccess();
    if (access === null) await mkdir(stateDir, { recursive: true, mode: 0o700 });
    else await access.makePrivateDirectory(stateDir);
  } catch (error) {
    throw new CliError(
      `The state directory ${stateDir} cannot be made (${messageOf(error)}). Run as ${MASTER}, or name another with --state-dir.`,
    );
  }
  await requireOwnStateDir(stateDir);
}

/** Who may do everything on this machine. */
const MASTER = process.platform === 'win32' ? 'an administrator' : 'root';
const WRITABLE_BY_OTHERS = 0o022;

/**
 * What stands in the state directory is believed, an accepted job above all: nobody but root and this account may have put it there
 * (security.md, "a local user"). A missing directory is no fault.
 */
export async function requireOwnStateDir(stateDir: string): Promise<void> {
  const access = await openFileAccess();
  const stats = await stat(stateDir).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
    throw error;
  });
  if (stats === null) return;
  // Files there have the access list of the folder, not one of their own: who may read it may read the key.
  const problem = (await access?.problem(stateDir, 'secret')) ?? null;
  if (problem !== null)
    throw new CliError(
      `The state directory ${stateDir} cannot be trusted, since ${problem} Look at what is there, then name another with --state-dir, or move this one away and enrol again as ${MASTER}.`,
    );
  const own = process.geteuid?.();
  if (own === undefined) return;
  const why =
    stats.uid !== 0 && stats.uid !== own
      ? `belongs to user id ${stats.uid}`
      : 'is writable for its group or for everybody';
  if ((stats.uid === 0 || stats.uid === own) && (stats.mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new CliError(
    `The state directory ${stateDir} ${why}, so what stands in it cannot be trusted. Look at what is there, give it to root with mode 0700, or name another with --state-dir.`,
  );
}

/** Replaces a JSON file of the state directory: mode 0600, whole or not at all, on disk when it returns. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  try {
    await atomicWriteFile(path, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
  } catch (error) {
    throw new CliError(
      `${path} cannot be written (${messageOf(error)}). Run as ${MASTER}, or name another directory with --state-dir.`,
    );
  }
}

/** Gone from disk when it returns; nothing where it is not there. */
export async function removeJsonFile(path: string): Promise<void> {
  try {
    await removeFile(path);
  } catch (error) {
    throw new CliError(`${path} cannot be removed (${messageOf(error)}). Remove it by hand.`);
  }
}

/** Null when there is no such file; a sentence when it is not what this agent wrote. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = Buffer.from(await fileCalls.readFile(path)).toString('utf8');
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
