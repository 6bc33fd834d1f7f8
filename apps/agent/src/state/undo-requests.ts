import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uuid } from '@trustfleet/protocol';
import type { Repair, RepairLog } from '@trustfleet/repair';
import { z } from 'zod';
import { CliError, errorCode, messageOf } from '@trustfleet/terminal';
import { readJsonFile, writeJsonFile } from './json-file.ts';

/** More than these wait for nobody. */
const MAX_REQUESTS = 16;

/** `<id>.json`: the owner's wish, left in the state directory (0700) for whoever holds the instance lock. */
const requestFile = z.strictObject({ format: z.literal(1), undoes: uuid });

export const requestDirectory = (stateDir: string): string => join(stateDir, 'requests');

const pathOf = (stateDir: string, requestId: string): string =>
  join(requestDirectory(stateDir), `${requestId}.json`);

/** Written after each request: one name that a watch can stand on. */
export const wakePath = (stateDir: string): string => join(requestDirectory(stateDir), 'wake');

/** Makes the directory, so that it can be watched. */
export async function ensureRequestDirectory(stateDir: string): Promise<void> {
  await mkdir(requestDirectory(stateDir), { recursive: true, mode: 0o700 });
}

/** On disk when it resolves. */
export async function leaveUndoRequest(
  stateDir: string,
  request: { readonly requestId: string; readonly undoes: string },
): Promise<void> {
  try {
    await ensureRequestDirectory(stateDir);
  } catch (error) {
    throw new CliError(
      `${requestDirectory(stateDir)} cannot be made (${messageOf(error)}). Run with the account that runs the agent, as a rule root (Windows: as an administrator).`,
    );
  }
  await writeJsonFile(pathOf(stateDir, request.requestId), { format: 1, undoes: request.undoes });
  await writeFile(wakePath(stateDir), `${request.requestId}\n`, { mode: 0o600 });
}

/** Nobody needs it any more. */
export const dropUndoRequest = (stateDir: string, requestId: string): Promise<void> =>
  rm(pathOf(stateDir, requestId), { force: true });

async function namesIn(stateDir: string): Promise<string[]> {
  try {
    return (await readdir(requestDirectory(stateDir))).filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function takeOne(
  repair: Pick<Repair, 'undoAsOwner'>,
  request: { readonly requestId: string; readonly undoes: string },
  log: RepairLog,
): Promise<boolean> {
  try {
    await repair.undoAsOwner(request);
    return true;
  } catch (error) {
    log('error', 'a request of the owner could not be taken in and waits', { reason: messageOf(error) });
    return false;
  }
}

/**
 * Takes every request in: it stands in a journal of its own before its file goes, so that it is carried out once, whatever is killed
 * in between. What is no request is removed and logged.
 */
export async function takeUndoRequests(
  stateDir: string,
  { repair, log }: { readonly repair: Pick<Repair, 'undoAsOwner'>; readonly log: RepairLog },
): Promise<void> {
  for (const name of (await namesIn(stateDir)).slice(0, MAX_REQUESTS)) {
    const requestId = name.slice(0, -'.json'.length);
    try {
      const request = await readJsonFile(join(requestDirectory(stateDir), name), requestFile);
      if (request !== null && uuid.safeParse(requestId).success) {
        log('info', "the host's owner asks for an undo", { requestId, undoes: request.undoes });
        if (!(await takeOne(repair, { requestId, undoes: request.undoes }, log))) continue;
      }
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      log('warn', 'a request in the state directory is none and was removed', {
        name,
        reason: error.message,
      });
    }
    await rm(join(requestDirectory(stateDir), name), { force: true });
  }
}
