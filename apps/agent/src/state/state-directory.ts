import { mkdir, stat } from 'node:fs/promises';
import { openFileAccess } from '@trustfleet/host';
import { CliError, messageOf } from '@trustfleet/terminal';
import { isThere } from '../is-there.ts';

/** Who may do everything on this machine. */
export const MASTER = process.platform === 'win32' ? 'an administrator' : 'root';

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

/**
 * What stands in the state directory is believed, an accepted job above all: nobody but root and this account may have put it there
 * (security.md, "a local user"). A missing directory is no fault.
 */
export async function requireOwnStateDir(stateDir: string): Promise<void> {
  if (!(await isThere(stateDir))) return;
  await (process.platform === 'win32' ? requireByAccessLists(stateDir) : requireByOwner(stateDir));
}

const WRITABLE_BY_OTHERS = 0o022;

async function requireByOwner(stateDir: string): Promise<void> {
  const stats = await stat(stateDir);
  const own = process.geteuid?.();
  const why =
    stats.uid !== 0 && stats.uid !== own
      ? `belongs to user id ${stats.uid}`
      : 'is writable for its group or for everybody';
  if ((stats.uid === 0 || stats.uid === own) && (stats.mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new CliError(
    `The state directory ${stateDir} ${why}, so what stands in it cannot be trusted. Look at what is there, give it to root with mode 0700, or name another with --state-dir.`,
  );
}

/** Files there have the access list of the folder, not one of their own: who may read the folder's files may read the host's key. */
async function requireByAccessLists(stateDir: string): Promise<void> {
  const problem = await whyNotTrusted(stateDir);
  if (problem === null) return;
  throw new CliError(
    `The state directory ${stateDir} cannot be trusted, since ${problem} Look at what is there, then name another with --state-dir, or move this one away and enrol again as ${MASTER}.`,
  );
}

async function whyNotTrusted(stateDir: string): Promise<string | null> {
  try {
    const access = await openFileAccess();
    return access === null ? 'its access list cannot be read.' : await access.problem(stateDir, 'secret');
  } catch (error) {
    return `its access list cannot be read (${messageOf(error)}).`;
  }
}
