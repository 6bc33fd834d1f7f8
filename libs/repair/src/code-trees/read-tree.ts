import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { StepRefusedError } from '../remedy.ts';
import { isCompiled, MAX_TREE_BYTES, MAX_TREE_ENTRIES, type Tree, type TreeEntry } from './tree.ts';

const WRITABLE_BY_OTHERS = 0o022;
/** Windows knows neither of the two. */
const FLAGS =
  process.platform === 'win32'
    ? constants.O_RDONLY
    : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What is gathered on the way. */
interface Reading {
  readonly base: string;
  readonly entries: TreeEntry[];
  bytes: number;
  owner: Tree['owner'];
}

/**
 * All that lies below these names, links not followed. Refuses what belongs to another account than this process', or what others can
 * write (security.md, "a local user"), and what is neither file, directory nor link.
 */
export function readTree(base: string, names: readonly string[]): Tree {
  const reading: Reading = { base, entries: [], bytes: 0, owner: null };
  for (const name of [...names].sort()) visit(reading, name);
  return { entries: reading.entries, owner: reading.owner };
}

function visit(reading: Reading, path: string): void {
  const stats = lstatSync(join(reading.base, path), { throwIfNoEntry: false });
  if (stats === undefined) return;
  const where = join(reading.base, path);
  if (reading.entries.length >= MAX_TREE_ENTRIES)
    throw new StepRefusedError(
      `${reading.base} holds more than ${MAX_TREE_ENTRIES} files below what would be replaced.`,
    );
  checkOwner(where, stats);
  reading.owner ??= { uid: stats.uid, gid: stats.gid };
  const mode = stats.mode & 0o7777;
  if (stats.isSymbolicLink()) reading.entries.push({ kind: 'link', path, target: readlinkSync(where) });
  else if (stats.isFile()) readFile(reading, path);
  else if (stats.isDirectory()) {
    reading.entries.push({ kind: 'directory', path, mode });
    for (const name of readdirSync(where).sort()) if (!isCompiled(name)) visit(reading, `${path}/${name}`);
  } else
    throw new StepRefusedError(`${where} is neither a file nor a directory, so nothing there is replaced.`);
}

function readFile(reading: Reading, path: string): void {
  const where = join(reading.base, path);
  const descriptor = openSync(where, FLAGS);
  try {
    const stats = fstatSync(descriptor);
    checkOwner(where, stats);
    reading.bytes += stats.size;
    if (!stats.isFile() || reading.bytes > MAX_TREE_BYTES)
      throw new StepRefusedError(
        `${where} is no plain file, or more than ${MAX_TREE_BYTES} bytes would have to be kept.`,
      );
    const content = readFileSync(descriptor).toString('base64');
    reading.entries.push({ kind: 'file', path, mode: stats.mode & 0o7777, modified: stats.mtimeMs, content });
  } finally {
    closeSync(descriptor);
  }
}

function checkOwner(where: string, stats: { uid: number; mode: number; isSymbolicLink(): boolean }): void {
  const own = process.geteuid?.();
  // Windows has neither; its access lists were judged on the way there.
  if (own === undefined) return;
  if (stats.uid !== own)
    throw new StepRefusedError(
      `${where} belongs to uid ${stats.uid}, and the directory it lies in to uid ${own}: nothing there is replaced.`,
    );
  if (!stats.isSymbolicLink() && (stats.mode & WRITABLE_BY_OTHERS) !== 0)
    throw new StepRefusedError(
      `${where} can be written by its group or by others: nothing there is replaced.`,
    );
}
