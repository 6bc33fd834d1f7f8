import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256Hex } from '@trustfleet/certificates';
import { z } from 'zod';

/** Bytes of all files of one tree, and how many entries it may have. */
export const MAX_TREE_BYTES = 32 * 1024 * 1024;
export const MAX_TREE_ENTRIES = 8000;

const mode = z.int().nonnegative();
/** Below the directory that holds the tree, parts divided by `/`; the first part is one of the names that were asked for. */
const path = z.string().min(1).max(4096);

export const treeEntry = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('file'),
    path,
    mode,
    /** Milliseconds since 1970. */
    modified: z.number(),
    /** Base64. */
    content: z.string(),
  }),
  z.looseObject({ kind: z.literal('directory'), path, mode }),
  z.looseObject({ kind: z.literal('link'), path, target: z.string() }),
]);
export type TreeEntry = z.infer<typeof treeEntry>;

export const treeOwner = z.looseObject({ uid: z.int(), gid: z.int() });

/**
 * Files and directories of some names in one directory, each directory before what it holds. Compiled code (`__pycache__`, `.pyc`) is no
 * part of it: every start of a program may write it anew, and Python makes it again where it is missing (PEP 3147).
 */
export const tree = z.looseObject({
  entries: z.array(treeEntry).max(MAX_TREE_ENTRIES),
  /** Whose it is; null for nothing. */
  owner: treeOwner.nullable(),
});
export type Tree = z.infer<typeof tree>;

export const isCompiled = (name: string): boolean => name === '__pycache__' || /\.py[co]$/.test(name);

export const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

/** What an entry is, as one line: equal lines, equal entries. Times do not count. */
export function lineOf(entry: TreeEntry): string {
  switch (entry.kind) {
    case 'file':
      return `file ${entry.mode.toString(8)} ${sha256Hex(bytesOf(entry.content))} ${entry.path}`;
    case 'directory':
      return `directory ${entry.mode.toString(8)} ${entry.path}`;
    case 'link':
      return `link ${JSON.stringify(entry.target)} ${entry.path}`;
  }
}

/** As {@link lineOf}, rights left out: an installer gives its own. */
export const contentLineOf = (entry: TreeEntry): string =>
  entry.kind === 'link' ? lineOf(entry) : lineOf({ ...entry, mode: 0 });

/** SHA-256 over names, rights and content; null for nothing. */
export function digestOfTree({ entries }: Pick<Tree, 'entries'>): string | null {
  if (entries.length === 0) return null;
  return sha256Hex(new TextEncoder().encode(entries.map(lineOf).sort().join('\n')));
}

/** As it is kept in a journal: gzip, base64. */
export const packTree = (kept: Tree): string =>
  gzipSync(Buffer.from(JSON.stringify(kept), 'utf8')).toString('base64');

export const unpackTree = (packed: string): Tree =>
  tree.parse(
    JSON.parse(
      gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: 2 * MAX_TREE_BYTES }).toString('utf8'),
    ),
  );

/** The entries of one of its names. */
export const partOf = ({ entries }: Pick<Tree, 'entries'>, name: string): TreeEntry[] =>
  entries.filter((entry) => entry.path === name || entry.path.startsWith(`${name}/`));
