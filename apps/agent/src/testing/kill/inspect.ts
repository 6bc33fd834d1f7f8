import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent } from '@trustfleet/protocol';
import { judgeEnd, type Ends, type Journaled } from './judge.ts';
import type { Scenario } from './scenarios.ts';
import { treeOf } from './studio.ts';

/** Versions that a change of a PEM file leaves beside it are no part of what programs load. */
const isKept = (name: string): boolean => !/\.trustfleet-\d$/.test(name);

/** Every name of the store's places with what it holds; equal texts are equal stores. */
export async function storeSnapshot(root: string): Promise<string> {
  const { anchors, conf, files, links } = treeOf(root);
  const paths = [conf];
  for (const directory of [anchors, links, files])
    for (const name of (await readdir(directory)).filter(isKept).sort()) paths.push(join(directory, name));
  const lines: string[] = [];
  for (const path of paths) {
    const linked = (await lstat(path)).isSymbolicLink();
    const content = linked
      ? `-> ${(await readlink(path)).replace(/^.*(?=\/usr\/)/, '')}`
      : createHash('sha256')
          .update(await readFile(path))
          .digest('hex');
    lines.push(`${path.slice(root.length)} ${content}`);
  }
  return lines.join('\n');
}

interface Line {
  readonly kind: string;
  readonly origin?: string;
  readonly event?: JobEvent | null;
}

async function linesOf(path: string): Promise<unknown[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

async function readJournals(stateDir: string): Promise<Journaled[]> {
  const directory = join(stateDir, 'journal');
  const found: Journaled[] = [];
  for (const jobId of await readdir(directory)) {
    const lines = (await linesOf(join(directory, jobId, 'journal.jsonl'))) as Line[];
    found.push({
      jobId,
      owners: lines.some(({ origin }) => origin === 'owner'),
      events: lines.flatMap(({ event }) => event ?? []),
      finals: lines.filter(({ kind }) => kind === 'final').flatMap(({ event }) => event ?? []),
    });
  }
  return found;
}

/** Reads what a run left behind and judges it. */
export async function inspectEnd(
  directory: string,
  scenario: Scenario,
  ends: Ends,
): Promise<{ readonly state: string; readonly problems: string[] }> {
  const { state, problems } = judgeEnd({
    scenario,
    ends,
    store: await storeSnapshot(join(directory, 'root')),
    journals: await readJournals(join(directory, 'state')),
    received: (await linesOf(join(directory, 'server.jsonl'))) as JobEvent[],
  });
  const left = await readdir(join(directory, 'state/requests')).catch(() => []);
  const waiting = left.filter((name) => name !== 'wake');
  if (waiting.length > 0) problems.push(`requests are left: ${waiting.join(' ')}`);
  return { state, problems };
}
