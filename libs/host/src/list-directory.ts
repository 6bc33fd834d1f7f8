import { opendir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { errorCode, fileProblem } from './errors.ts';
import { pathProblem } from './path-problem.ts';
import { TOOL_ENV } from './read-file-as.ts';
import { ownUid, runProgram } from './run-program.ts';
import type { Account, DirectoryEntry, DirectoryListing, EntryKind, ListOptions } from './types.ts';

const DEFAULT_LIMIT = 10_000;

/** Names and kinds of a directory's entries, sorted. A failure is a state. */
export async function listDirectory(path: string, options: ListOptions = {}): Promise<DirectoryListing> {
  const { limit = DEFAULT_LIMIT, timeoutMs = 5000, apart = false } = options;
  const problem = pathProblem(path);
  if (problem !== null) return { state: 'unreadable', detail: problem };
  const account = otherThanOwn(options.asUser);
  if (account !== undefined || (apart && ownUid() !== -1))
    return await listAs(path, { account, limit, timeoutMs });
  return await listHere(path, limit);
}

function otherThanOwn(account: Account | undefined): Account | undefined {
  return account?.uid === ownUid() ? undefined : account;
}

async function listHere(path: string, limit: number): Promise<DirectoryListing> {
  try {
    return await listOwn(path, limit);
  } catch (error) {
    const code = errorCode(error);
    const state = code === 'ENOENT' ? 'missing' : code === 'ENOTDIR' ? 'notDirectory' : 'unreadable';
    return { state, detail: fileProblem(error, path) };
  }
}

async function listOwn(path: string, limit: number): Promise<DirectoryListing> {
  const entries: DirectoryEntry[] = [];
  for await (const entry of await opendir(path)) {
    if (entries.length === limit) return listed(entries, true);
    entries.push({ name: entry.name, kind: kindOf(entry) });
  }
  return listed(entries, false);
}

function kindOf(entry: Dirent): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** find with dropped rights: each record is depth, kind, name; the first one is the directory itself. */
async function listAs(
  path: string,
  how: { account: Account | undefined; limit: number; timeoutMs: number },
): Promise<DirectoryListing> {
  const result = await runProgram({
    argv: ['/usr/bin/find', '-H', path, '-maxdepth', '1', '-printf', '%d%y%f\\0'],
    env: TOOL_ENV,
    timeoutMs: how.timeoutMs,
    runAs: how.account,
  });
  const records = Buffer.from(result.stdout).toString('utf8').split('\0').slice(0, -1);
  const itself = records[0];
  if (itself === undefined) {
    if (result.state === 'timedOut') return { state: 'unreadable', detail: `${path} does not answer` };
    const missing = Buffer.from(result.stderr).toString('utf8').includes('No such file or directory');
    return {
      state: missing ? 'missing' : 'unreadable',
      detail: `${path} ${missing ? 'does not exist' : 'may not be read by its user'}`,
    };
  }
  if (!itself.startsWith('0d')) return { state: 'notDirectory', detail: `${path} is not a directory` };
  if (result.exitCode !== 0 && records.length === 1)
    return { state: 'unreadable', detail: `${path} may not be read by its user` };
  const entries = records
    .slice(1, how.limit + 1)
    .map((record) => ({ name: record.slice(2), kind: KINDS[record.charAt(1)] ?? 'other' }));
  return listed(entries, records.length - 1 > how.limit || result.state !== 'exited');
}

const KINDS: Readonly<Record<string, EntryKind>> = { f: 'file', d: 'directory', l: 'link' };

function listed(entries: DirectoryEntry[], truncated: boolean): DirectoryListing {
  return {
    state: 'listed',
    entries: entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    truncated,
  };
}
