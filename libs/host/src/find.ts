import { sep } from 'node:path';
import { createMountTable } from './mounts.ts';
import { inspectPath } from './path-chain.ts';
import { TOOL_ENV } from './read-file-as.ts';
import { runProgram } from './run-program.ts';
import type { FileSearch, FileSearchResult, ForeignResult, ForeignSearch, RunResult } from './types.ts';

const mounts = createMountTable();
const MAX_LINKS = 500;
const MAX_DIRECTORIES = 20;

/** Regular files by name below a directory: depth, count and time limited; symbolic links and other file systems are not entered. */
export async function findFiles(search: FileSearch): Promise<FileSearchResult> {
  const prune =
    search.prune.length === 0 ? [] : ['-type', 'd', '(', ...anyName(search.prune), ')', '-prune', '-o'];
  const result = await runProgram({
    argv: [
      '/usr/bin/find',
      '-P',
      search.root,
      '-mindepth',
      '1',
      '-maxdepth',
      String(search.maxDepth),
      '-xdev',
      ...prune,
      '-type',
      'f',
      '(',
      ...anyName(search.names),
      ')',
      '-print0',
    ],
    env: TOOL_ENV,
    timeoutMs: search.timeoutMs,
    runAs: search.asUser,
  });
  const paths = records(result).toSorted();
  // Exit code 1 only says that some directories may not be read by this account, which is as it should be.
  const complete = result.state === 'exited' && paths.length <= search.limit;
  const detail = complete ? null : (result.reason ?? `more than ${search.limit} files below ${search.root}`);
  return { paths: paths.slice(0, search.limit), complete, detail };
}

function anyName(names: readonly string[]): string[] {
  return names.flatMap((name, index) => [...(index === 0 ? [] : ['-o']), '-name', name]);
}

function records(result: RunResult): string[] {
  return Buffer.from(result.stdout).toString('utf8').split('\0').slice(0, -1);
}

/**
 * Looks for anything below a directory that an account other than root and `owners` owns or may write. Symbolic links are
 * followed to their ends and judged there.
 */
export async function findForeign(search: ForeignSearch): Promise<ForeignResult> {
  const queue = [search.directory];
  const seen = new Set<string>();
  const deadline = Date.now() + search.timeoutMs;
  for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
    const at = directory;
    if ([...seen].some((done) => at === done || at.startsWith(done + sep))) continue;
    if (seen.size === MAX_DIRECTORIES || Date.now() >= deadline)
      return unknown(`${search.directory} leads to too many other directories`);
    seen.add(directory);
    const found = await searchOne({ ...search, directory, timeoutMs: deadline - Date.now() });
    if ('state' in found) return found;
    queue.push(...found.directories);
  }
  return { state: 'clean', path: null, detail: null };
}

async function searchOne(search: ForeignSearch): Promise<ForeignResult | { directories: string[] }> {
  const owned = [0, ...search.owners].flatMap((uid) => ['!', '-uid', String(uid)]);
  const result = await runProgram({
    argv: [
      '/usr/bin/find',
      '-H',
      search.directory,
      '-xdev',
      '(',
      '-type',
      'l',
      '-printf',
      'l%p\\0',
      ')',
      '-o',
      '(',
      '(',
      '(',
      ...owned,
      ')',
      '-o',
      '-perm',
      '/022',
      ')',
      '-printf',
      'b%p\\0',
      '-quit',
      ')',
    ],
    env: TOOL_ENV,
    timeoutMs: search.timeoutMs,
    runAs: search.asUser,
  });
  const all = records(result);
  const bad = all.find((record) => record.startsWith('b'));
  if (bad !== undefined) return foreign(bad.slice(1));
  if (result.state !== 'exited' || result.exitCode !== 0)
    return unknown(`${search.directory} could not be checked whole: ${result.reason ?? ''}`);
  if (all.length > MAX_LINKS)
    return unknown(`${search.directory} holds more than ${MAX_LINKS} symbolic links`);
  return await judgeLinks(
    all.map((record) => record.slice(1)),
    search,
  );
}

async function judgeLinks(
  links: readonly string[],
  search: ForeignSearch,
): Promise<ForeignResult | { directories: string[] }> {
  const directories = new Set<string>();
  for (const link of links) {
    const share = await mounts.networkMount(link);
    if (share !== null) return unknown(`${link} leads to a network mount (${share})`);
    const chain = await inspectPath(link);
    if (chain.state === 'unreadable') return unknown(`${link} could not be followed`);
    if (chain.writable !== null) return foreign(chain.writable);
    if (chain.owners.some((owner) => !search.owners.includes(owner))) return foreign(chain.realPath ?? link);
    if (chain.realPath !== null && chain.directory && !chain.realPath.startsWith(search.directory + sep))
      directories.add(chain.realPath);
  }
  return { directories: [...directories].toSorted() };
}

function foreign(path: string): ForeignResult {
  return { state: 'foreign', path, detail: `${path} can be changed by another account` };
}

function unknown(detail: string): ForeignResult {
  return { state: 'unknown', path: null, detail };
}
