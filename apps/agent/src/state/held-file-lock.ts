import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { errorCode } from '@trustfleet/terminal';
import type { LockKind } from './instance-lock.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

/**
 * UV_FS_O_EXLOCK of libuv (docs.libuv.org, "Filesystem operations"): on Windows the file is opened for nobody else, until its handle is
 * closed, which the system does when the process ends, however it ends. Node has no name for it.
 */
const EXCLUSIVE = 0x1000_0000;
const ATTEMPTS = 10;
const PAUSE_MS = 50;

const holderFile = z.strictObject({ format: z.literal(1), pid: z.int().positive() });

/** Held open by the one that has the lock. */
const heldPath = (stateDir: string): string => join(stateDir, 'agent.lock');
/** Says who that is. */
const holderPath = (stateDir: string): string => join(stateDir, 'agent.pid.json');

/** Null while another has it open. */
async function openExclusively(path: string, create: boolean): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDWR | (create ? constants.O_CREAT : 0) | EXCLUSIVE, 0o600);
  } catch (error) {
    if (errorCode(error) === 'EBUSY') return null;
    throw error;
  }
}

const numberOf = async (stateDir: string): Promise<number | null> =>
  (await readJsonFile(holderPath(stateDir), holderFile))?.pid ?? null;

/** Windows: a file that its holder keeps open for itself. Looking whether it is free takes it for a moment, so a taker tries for a while. */
export const heldFileLock: LockKind = {
  async holder(stateDir) {
    try {
      const free = await openExclusively(heldPath(stateDir), false);
      if (free === null) return await numberOf(stateDir);
      await free.close();
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error))) throw error;
    }
    return null;
  },
  async take(stateDir) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const handle = await openExclusively(heldPath(stateDir), true);
      if (handle !== null) {
        await writeJsonFile(holderPath(stateDir), { format: 1, pid: process.pid });
        return { kind: 'taken', release: () => handle.close() };
      }
      await wait(PAUSE_MS * (0.5 + Math.random()));
    }
    const by = await numberOf(stateDir);
    return by === null ? { kind: 'busy' } : { kind: 'held', by };
  },
};
