import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  futimesSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { copyTree } from './copy-tree.ts';
import { bytesOf, type Tree, type TreeEntry } from './tree.ts';

/** One name in a directory. `token` is of one job: what it leaves beside the name is known by it. */
export interface Place {
  readonly base: string;
  readonly name: string;
  readonly token: string;
}

const beside = ({ base, name, token }: Place, what: 'new' | 'old' | 'gone'): string =>
  join(base, `.${name}.trustfleet-${token}.${what}`);
const at = ({ base, name }: Place): string => join(base, name);
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** On Windows a directory cannot be opened, and its entries are written through. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Puts on disk what another program wrote: installers do not sync. */
export function syncTree(base: string, { entries }: Tree): void {
  for (const { kind, path } of entries) {
    if (kind === 'directory') syncDirectory(join(base, path));
    if (kind === 'file') syncFile(join(base, path));
  }
  syncDirectory(base);
}

function syncFile(path: string): void {
  const descriptor = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes the tree beside its name, on disk before it returns. What an earlier try left there goes. */
export function stage(place: Place, kept: Tree): void {
  const target = beside(place, 'new');
  rmSync(target, { recursive: true, force: true });
  const directories: string[] = [];
  for (const entry of kept.entries) {
    const path = `${target}${entry.path.slice(place.name.length)}`;
    write(path, entry, kept.owner);
    if (entry.kind === 'directory') directories.push(path);
  }
  // Rights at the end: a directory that may not be written would not take its own files.
  for (const entry of kept.entries.filter(({ kind }) => kind === 'directory').reverse())
    if (entry.kind === 'directory') chmodSync(`${target}${entry.path.slice(place.name.length)}`, entry.mode);
  for (const directory of directories.reverse()) syncDirectory(directory);
  syncDirectory(place.base);
}

/** As {@link stage}, of a tree that lies elsewhere. */
export function stageCopy(place: Place, from: string): void {
  copyTree(from, beside(place, 'new'));
  syncDirectory(place.base);
}

function write(path: string, entry: TreeEntry, owner: Tree['owner']): void {
  if (entry.kind === 'directory') {
    mkdirSync(path, { mode: 0o700 });
    giveTo(path, owner);
  } else if (entry.kind === 'link') {
    symlinkSync(entry.target, path);
    giveTo(path, owner);
  } else writeFile(path, entry, owner);
}

function writeFile(path: string, entry: Extract<TreeEntry, { kind: 'file' }>, owner: Tree['owner']): void {
  // 'wx': a link that somebody planted under that name makes this fail.
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(descriptor, bytesOf(entry.content));
    if (owner !== null && differs(owner)) fchownSync(descriptor, owner.uid, owner.gid);
    fchmodSync(descriptor, entry.mode);
    futimesSync(descriptor, entry.modified / 1000, entry.modified / 1000);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Whatever this process makes is its own already. */
const differs = ({ uid, gid }: NonNullable<Tree['owner']>): boolean =>
  process.geteuid !== undefined && (process.geteuid() !== uid || process.getegid?.() !== gid);

function giveTo(path: string, owner: Tree['owner']): void {
  if (owner !== null && differs(owner)) lchownSync(path, owner.uid, owner.gid);
}

/** The name's own gives way; nothing happens where it has already, or where nothing is there. */
export function setAside(place: Place): void {
  if (isThere(at(place)) && !isThere(beside(place, 'old'))) renameSync(at(place), beside(place, 'old'));
  syncDirectory(place.base);
}

/** What was staged takes the name; nothing happens where it has it already. */
export function putInPlace(place: Place): void {
  const staged = beside(place, 'new');
  if (!isThere(staged)) return;
  if (isThere(at(place))) throw new Error(`${at(place)} is there again, and was not put there by this job.`);
  renameSync(staged, at(place));
  syncDirectory(place.base);
}

/** What was set aside takes its name again, whatever has it now; false where nothing was set aside. */
export function bringBack(place: Place): boolean {
  const aside = beside(place, 'old');
  if (!existsSync(aside) && !isThere(aside)) return false;
  rmSync(beside(place, 'gone'), { recursive: true, force: true });
  if (isThere(at(place))) renameSync(at(place), beside(place, 'gone'));
  renameSync(aside, at(place));
  syncDirectory(place.base);
  return true;
}

/** Removes the name and all below it: at once for whoever looks, then from the disk. */
export function remove(place: Place): void {
  rmSync(beside(place, 'gone'), { recursive: true, force: true });
  if (isThere(at(place))) renameSync(at(place), beside(place, 'gone'));
  rmSync(beside(place, 'gone'), { recursive: true, force: true });
  syncDirectory(place.base);
}

/** Removes what the steps left beside the name. */
export function clean(place: Place): void {
  for (const what of ['new', 'old', 'gone'] as const)
    rmSync(beside(place, what), { recursive: true, force: true });
  syncDirectory(place.base);
}

/** All of it: two renames, after which nothing of the old one is left. */
export function place(where: Place, kept: Tree): void {
  stage(where, kept);
  setAside(where);
  putInPlace(where);
  clean(where);
}
