import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, isAboutPath } from '../errors.ts';
import { pathProblem } from '../path-problem.ts';
import type { FileSearch, FileSearchResult } from '../types.ts';
import { namePattern } from './name-pattern.ts';

/** More directories than this are not entered, whatever the depth. */
const MAX_DIRECTORIES = 20_000;

interface Walk {
  readonly wanted: (name: string) => boolean;
  readonly pruned: (name: string) => boolean;
  readonly paths: string[];
  readonly queue: { readonly directory: string; readonly depth: number }[];
}

const anyOf = (patterns: readonly string[]): ((name: string) => boolean) => {
  const matches = patterns.map(namePattern);
  return (name) => matches.some((match) => match(name));
};

async function visit(walk: Walk, at: Walk['queue'][number], search: FileSearch): Promise<void> {
  for await (const entry of await opendir(at.directory)) {
    // Every reparse point (link, junction, mounted volume, file that stays in a cloud) is a link here, and is not entered.
    if (entry.isFile() && walk.wanted(entry.name)) walk.paths.push(join(at.directory, entry.name));
    else if (entry.isDirectory() && at.depth < search.maxDepth && !walk.pruned(entry.name))
      walk.queue.push({ directory: join(at.directory, entry.name), depth: at.depth + 1 });
    if (walk.paths.length > search.limit) return;
  }
}

/** Visits one folder. Why the search ends here; null to go on. */
async function step(walk: Walk, at: Walk['queue'][number], search: FileSearch): Promise<string | null> {
  try {
    await visit(walk, at, search);
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    if (!isAboutPath(error)) return `${at.directory} could not be searched (${code})`;
    // Gone meanwhile, or not for this account. Of the search's own root it is said.
    if (at.depth === 1 && code !== 'ENOENT') return `${search.root} may not be read (${code})`;
  }
  return walk.paths.length > search.limit ? `more than ${search.limit} files below ${search.root}` : null;
}

/** As `findFiles`, in this process, for a system without find(1). What may not be read by this account is passed over, as there. */
export async function walkFiles(search: FileSearch): Promise<FileSearchResult> {
  const deadline = Date.now() + search.timeoutMs;
  const walk: Walk = { wanted: anyOf(search.names), pruned: anyOf(search.prune), paths: [], queue: [] };
  let detail = pathProblem(search.root);
  walk.queue.push({ directory: search.root, depth: 1 });
  for (let visited = 1; detail === null; visited += 1) {
    const at = walk.queue.shift();
    if (at === undefined) break;
    detail = await step(walk, at, search);
    if (visited === MAX_DIRECTORIES) detail ??= `more than ${MAX_DIRECTORIES} folders below ${search.root}`;
    if (Date.now() > deadline) detail ??= `no end below ${search.root} after ${search.timeoutMs} ms`;
  }
  return { paths: walk.paths.toSorted().slice(0, search.limit), complete: detail === null, detail };
}
