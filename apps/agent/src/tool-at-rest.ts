import { setTimeout as wait } from 'node:timers/promises';
import type { Host } from '@trustfleet/host';

const POLL_MS = 200;
const MAX_CMDLINE_BYTES = 64 * 1024;
const MAX_STATUS_BYTES = 64 * 1024;

type ProcessReader = Pick<Host, 'listDirectory' | 'readFile' | 'uid'>;

/** Effective user of a process (proc_pid_status(5)); null when it is gone. */
async function effectiveUser(host: ProcessReader, pid: string): Promise<number | null> {
  const read = await host.readFile(`/proc/${pid}/status`, { maxBytes: MAX_STATUS_BYTES });
  if (read.state !== 'read') return null;
  const [, uid] = /^Uid:\s+\d+\s+(\d+)/m.exec(Buffer.from(read.bytes).toString('latin1')) ?? [];
  return uid === undefined ? null : Number(uid);
}

/**
 * Numbers of the processes that run `program`, as itself or as the script of an interpreter (`/bin/sh -e PROGRAM`). Only those of root
 * and of this account count: others cannot write what the tool writes, and any account can give a process any name.
 */
async function runsOf(host: ProcessReader, program: string): Promise<number[]> {
  const listing = await host.listDirectory('/proc', { limit: 100_000 });
  if (listing.state !== 'listed') return [];
  const pids = listing.entries.map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    const read = await host.readFile(`/proc/${pid}/cmdline`, { maxBytes: MAX_CMDLINE_BYTES });
    // Most often it ended between the listing and the look.
    if (read.state !== 'read') continue;
    if (!Buffer.from(read.bytes).toString('utf8').split('\0').slice(0, 3).includes(program)) continue;
    const user = await effectiveUser(host, pid);
    if (user === 0 || user === host.uid) found.push(Number(pid));
  }
  return found;
}

/**
 * Resolves when no process runs `program`. An agent that was killed leaves its tool running, and an administrator may
 * have started it too: two runs at once write one file. Rejects when `signal` aborts first.
 */
export async function toolAtRest(host: ProcessReader, program: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const pids = await runsOf(host, program);
    if (pids.length === 0) return;
    if (signal.aborted) throw new Error(`${program} is still running (process ${pids.join(', ')}).`);
    await wait(POLL_MS);
  }
}
