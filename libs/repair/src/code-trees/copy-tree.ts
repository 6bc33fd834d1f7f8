import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { StepRefusedError } from '../remedy.ts';
import { isCompiled } from './tree.ts';

const MAX_ENTRIES = 20_000;
const MAX_BYTES = 512 * 1024 * 1024;

interface Found {
  readonly kind: 'file' | 'directory' | 'link';
  /** Below the tree, parts divided by `/`; empty for the tree itself. */
  readonly path: string;
  readonly mode: number;
}

/** What is gathered on the way. */
interface Walk {
  readonly root: string;
  readonly found: Found[];
  bytes: number;
}

/** All of a tree, each directory before what it holds; compiled code is no part of it (see `tree`). Null where nothing is there. */
function entriesOf(root: string): Found[] | null {
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) return null;
  const walk: Walk = { root, found: [], bytes: 0 };
  visit(walk, '');
  return walk.found;
}

function visit(walk: Walk, path: string): void {
  const { root, found } = walk;
  const stats = lstatSync(join(root, path));
  walk.bytes += stats.size;
  if (found.length >= MAX_ENTRIES || walk.bytes > MAX_BYTES)
    throw new StepRefusedError(`${root} holds more than ${MAX_ENTRIES} files, or ${MAX_BYTES} bytes.`);
  const kind = kindOf(stats);
  if (kind === null) throw new StepRefusedError(`${join(root, path)} is neither a file nor a directory.`);
  found.push({ kind, path, mode: stats.mode & 0o7777 });
  if (kind !== 'directory') return;
  for (const name of readdirSync(join(root, path)).sort())
    if (!isCompiled(name)) visit(walk, path === '' ? name : `${path}/${name}`);
}

function kindOf(stats: Stats): Found['kind'] | null {
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isDirectory()) return 'directory';
  return stats.isFile() ? 'file' : null;
}

/** SHA-256 over names and content of what lies there, rights left out: an installer gives its own. Null for nothing. */
export function contentDigest(base: string, name: string): string | null {
  const root = join(base, name);
  const hash = createHash('sha256');
  const entries = entriesOf(root);
  if (entries === null) return null;
  for (const { kind, path } of entries) {
    hash.update(`${kind} ${path}\0`);
    if (kind === 'link') hash.update(`${readlinkSync(join(root, path))}\0`);
    if (kind === 'file')
      hash.update(
        createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest(),
      );
  }
  return hash.digest('hex');
}

function syncPath(path: string): void {
  // Only what this process has just made, below a directory of its own, is opened here.
  const descriptor = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Copies a tree to `target`, on disk before it returns; what stands at `target` goes first. Links are copied as links. */
export function copyTree(from: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  const entries = entriesOf(from);
  if (entries === null) throw new StepRefusedError(`${from} is not there.`);
  for (const { kind, path } of entries) {
    const to = join(target, path);
    if (kind === 'link') symlinkSync(readlinkSync(join(from, path)), to);
    else if (kind === 'directory') mkdirSync(to, { mode: 0o700 });
    else {
      copyFileSync(join(from, path), to, constants.COPYFILE_EXCL);
      syncPath(to);
    }
  }
  for (const { kind, path, mode } of [...entries].reverse())
    if (kind === 'directory') {
      chmodSync(join(target, path), mode);
      if (process.platform !== 'win32') syncPath(join(target, path));
    }
}
