import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { atomicWriteFile, inspectPath, openFileAccess, removeFile } from '@trustfleet/host';
import { CliError, errorCode } from '@trustfleet/terminal';
import { isThere } from '../is-there.ts';
import type { AgentService } from './types.ts';

const MODE = 0o755;

/** Why somebody other than root (or the Administrators) could change what is there, or put another in its place; null when nobody can. */
async function problemOf(path: string): Promise<string | null> {
  const access = await openFileAccess();
  if (access !== null) return access.problem(path, 'write');
  const chain = await inspectPath(path);
  if (chain.state !== 'resolved') return `${path} cannot be looked at.`;
  if (chain.writable !== null) return `${chain.writable} can be written by others.`;
  const stranger = chain.owners.find((uid) => uid !== 0);
  return stranger === undefined ? null : `user id ${stranger} owns a part of ${path}.`;
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
    throw error;
  }
}

/** One file of the package and where it goes. */
interface Placement {
  readonly to: string;
  readonly bytes: Buffer;
}

/** Files that have to be written: none when this release is in place already. */
export interface ProgramPlan {
  readonly placements: readonly Placement[];
  readonly write: () => Promise<void>;
}

async function readPart(from: string): Promise<Buffer> {
  const problem = await problemOf(from);
  if (problem !== null)
    throw new CliError(
      `The program was not installed from where it lies, since ${problem} Unpack the package where only ${MASTER} can write, check SHA256SUMS, and run install from there.`,
    );
  const bytes = await readIfThere(from);
  if (bytes === null)
    throw new CliError(`${from} is missing: unpack the whole package, then run install again.`);
  return bytes;
}

const MASTER = process.platform === 'win32' ? 'the Administrators' : 'root';

/** Is the file in place already, with these bytes and in nobody else's hand? Unpacking as root keeps the owner that the archive names. */
async function isInPlace({ to, bytes }: Placement): Promise<boolean> {
  return (await readIfThere(to))?.equals(bytes) === true && (await problemOf(to)) === null;
}

/**
 * What `install` has to copy, read from beside this executable. Root would run whatever others can put there (security.md, "a local
 * user"): such a place is refused, the program's own directory too.
 */
export async function planProgram(service: AgentService): Promise<ProgramPlan> {
  if (!isSea())
    throw new CliError(
      'This is the agent as a script of Node. The service runs the packaged program: build it with npm run package, and run its install.',
    );
  const source = dirname(process.execPath);
  if (await isThere(service.programDirectory)) await requireOwn(service.programDirectory);
  const placements: Placement[] = [];
  for (const name of service.programFiles) {
    // Where it lies in place already this looks at the same file twice.
    const placement = { to: join(service.programDirectory, name), bytes: await readPart(join(source, name)) };
    if (!(await isInPlace(placement))) placements.push(placement);
  }
  return { placements, write: () => writeAll(service, placements) };
}

async function requireOwn(directory: string): Promise<void> {
  const problem = await problemOf(directory);
  if (problem !== null)
    throw new CliError(`${directory} is no place for a program of ${MASTER}, since ${problem}`);
}

async function writeAll(service: AgentService, placements: readonly Placement[]): Promise<void> {
  await mkdir(service.programDirectory, { recursive: true, mode: MODE });
  await requireOwn(service.programDirectory);
  // Each as one step: a service that runs keeps the file that it was started from.
  for (const { to, bytes } of placements) await atomicWriteFile(to, bytes, { mode: MODE });
}

/** Removes the directory when nothing of others is in it. */
export async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
  }
}

/** What an install that was cut off left: names of atomicWriteFile (libs/host). */
async function findUnfinished({ programDirectory, programFiles }: AgentService): Promise<readonly string[]> {
  if (!(await isThere(programDirectory))) return [];
  const names = await readdir(programDirectory);
  return names.filter((name) => {
    const [, of = ''] = /^\.(.+)\.[0-9a-f]{16}\.tmp$/.exec(name) ?? [];
    return programFiles.includes(of);
  });
}

/** Takes away what `install` copied; answers what could not be, because it runs (Windows). */
export async function removeProgram(service: AgentService): Promise<readonly string[]> {
  const left: string[] = [];
  for (const name of [...service.programFiles, ...(await findUnfinished(service))]) {
    const path = join(service.programDirectory, name);
    try {
      await removeFile(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') continue;
      // A program that runs, or a library that it has loaded, cannot be deleted there.
      if (process.platform !== 'win32' || !['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error)))
        throw error;
      left.push(path);
    }
  }
  if (left.length === 0) {
    await removeIfEmpty(service.programDirectory);
    await removeIfEmpty(dirname(service.programDirectory)).catch((error: unknown) => {
      // `/opt/trustfleet` is ours; `C:\Program Files` is not, and refuses.
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error))) throw error;
    });
  }
  return left;
}
