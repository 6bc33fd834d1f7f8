import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError } from '../errors.ts';
import {
  commandLine,
  isAlive,
  processIdentity,
  readIfThere,
  systemErrorCode,
  waitForExit,
} from './processes.ts';

const ownerFile = z.object({
  format: z.literal(1),
  pid: z.int().positive(),
  identity: z.string().nullable(),
});

/**
 * Claims the directory for this process, so that two servers never run one cluster. A claim whose process has ended is void.
 * Answers how to give it back.
 */
export async function claimDirectory(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'owner.json');
  const claim = JSON.stringify({ format: 1, pid: process.pid, identity: await processIdentity(process.pid) });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await tryWrite(path, claim)) return () => release(path, claim);
    await dropVoidClaim(path, dataDir);
  }
  throw new EmbeddedPostgresError(
    `Another Trustfleet server is starting on ${dataDir}. Stop it, or give this one its own directory.`,
  );
}

async function tryWrite(path: string, claim: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(claim);
    await file.close();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function release(path: string, claim: string): Promise<void> {
  if ((await readIfThere(path)) === claim) await unlink(path);
}

async function dropVoidClaim(path: string, dataDir: string): Promise<void> {
  const text = await readIfThere(path);
  if (text === null) return;
  const owner = ownerFile.safeParse(parseJson(text));
  if (
    owner.success &&
    isAlive(owner.data.pid) &&
    owner.data.identity === (await processIdentity(owner.data.pid))
  ) {
    throw new EmbeddedPostgresError(
      `Another Trustfleet server (process ${owner.data.pid}) uses ${dataDir}. Stop it, or set TRUSTFLEET_DATA_DIR to a directory of its own.`,
    );
  }
  await unlink(path);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A server that was killed while writing its claim left half of one: void like any other.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * A server that was killed leaves its PostgreSQL running, or postmaster.pid with an id that may belong to another program by now.
 * Ends the former, removes the latter. Answers what it did, for the log; null when there was nothing to do.
 */
export async function clearLeftovers(clusterDir: string): Promise<string | null> {
  const path = join(clusterDir, 'postmaster.pid');
  const pid = Number.parseInt((await readIfThere(path))?.split('\n')[0] ?? '', 10);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  if (!isAlive(pid))
    return `The last PostgreSQL (process ${pid}) did not shut down; its journal is replayed.`;
  if ((await commandLine(pid))?.includes(clusterDir) !== true) {
    await unlink(path);
    return `postmaster.pid named process ${pid}, which is another program now: removed.`;
  }
  await endPostmaster(pid);
  return `A PostgreSQL (process ${pid}) of a server that was killed was still running: shut down.`;
}

/** PostgreSQL's fast shutdown (SIGINT), then immediate (SIGQUIT: as after a crash, nothing committed is lost), then the kernel's. */
export async function endPostmaster(pid: number): Promise<void> {
  for (const [signal, limitMs] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    if (await waitForExit(pid, limitMs)) return;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL (process ${pid}) does not end. End it by hand and start again.`,
  );
}
