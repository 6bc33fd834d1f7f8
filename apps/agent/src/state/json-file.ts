import { atomicWriteFile, fileCalls, removeFile } from '@trustfleet/host';
import type { z } from 'zod';
import { CliError, errorCode, messageOf } from '@trustfleet/terminal';
import { MASTER } from './state-directory.ts';

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
      `${path} is damaged or of another version (${whyNot(error)}). Restore it, or move it away and enrol again.`,
    );
  }
}

/** V8 quotes the text around a fault of JSON, which may be a key. */
function whyNot(error: unknown): string {
  return error instanceof SyntaxError ? 'it is not JSON' : messageOf(error).slice(0, 300);
}
