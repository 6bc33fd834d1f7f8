import { readFile, rm, writeFile } from 'node:fs/promises';

/** A kept lab is one run's at a time: each writes its files anew. Answers what gives it back; throws while another process has it. */
export async function claimLab(directory: string): Promise<() => Promise<void>> {
  const file = `${directory}.pid`;
  const owner = Number(await readFile(file, 'utf8').catch(() => '0'));
  if (owner > 0 && isRunning(owner))
    throw new Error(
      `Process ${owner} works in ${directory}: wait for its end, or name another cache by TRUSTFLEET_TRUTH_CACHE.`,
    );
  await rm(file, { force: true });
  await writeFile(file, String(process.pid), { flag: 'wx' });
  return () => rm(file, { force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another account's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
