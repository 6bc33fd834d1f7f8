import { basename, dirname } from 'node:path';
import type { Archive } from '../code-trees/archive.ts';
import type { Account } from '../code-trees/ports.ts';
import { bytesOf, isCompiled, type Tree, type TreeEntry } from '../code-trees/tree.ts';
import type { ApiCopyAccess } from './ports.ts';

/** The package, and the single file of 3.0.2–3.0.7 (shotgrid.md §1.1). */
export const PACKAGE = 'shotgun_api3';
const NAMES = [PACKAGE, `${PACKAGE}.py`];

/** The directory that the copy lies in; `path` is the copy's directory, its single file, or the file that states its version. */
export const baseOf = (path: string): string =>
  basename(path) === 'shotgun.py' ? dirname(dirname(path)) : dirname(path);

export interface CopyPlace {
  readonly access: ApiCopyAccess;
  readonly account: Account | null;
  readonly base: string;
}

/** Package and single file, whichever is there. */
export async function readCopy({ access, account, base }: CopyPlace): Promise<Tree> {
  const { tree } = await access.work(account, { do: 'read', base, names: NAMES });
  return tree ?? { entries: [], owner: null };
}

const LEFT = /^\.shotgun_api3(\.py)?\.trustfleet-[0-9a-f]{16}\.(new|old|gone)$/;

/** What a run that was stopped left beside the copy: it is not done before that is gone. */
export async function leftBeside({ access, account, base }: CopyPlace): Promise<string | null> {
  const { names = [] } = await access.work(account, { do: 'list', base });
  return names.find((name) => LEFT.test(name)) ?? null;
}

const VERSION = /^__version__\s*=\s*["']([^"']{1,100})["']/m;

/** `__version__`, read as text; null where nothing states one. A package goes before a file of the same name (importlib). */
export function versionOf({ entries }: Tree): string | null {
  const main = [`${PACKAGE}/shotgun.py`, `${PACKAGE}.py`].flatMap((path) =>
    entries.filter((entry) => entry.kind === 'file' && entry.path === path),
  )[0];
  if (main?.kind !== 'file') return null;
  return VERSION.exec(Buffer.from(bytesOf(main.content)).toString('utf8'))?.[1] ?? null;
}

/** The release as a tree, with the rights and the owner of what it takes the place of. */
export function treeOf({ files }: Archive, { previous, now }: { previous: Tree; now: Date }): Tree {
  const directoryMode = previous.entries.find(({ kind }) => kind === 'directory');
  const fileMode = previous.entries.find(({ kind }) => kind === 'file');
  const modes = {
    directory: directoryMode?.kind === 'directory' ? directoryMode.mode : 0o755,
    file: fileMode?.kind === 'file' ? fileMode.mode & 0o666 : 0o644,
  };
  const own = [...files].filter(
    ([path]) => path.startsWith(`${PACKAGE}/`) && !path.split('/').some(isCompiled),
  );
  const directories = new Set(own.flatMap(([path]) => parentsOf(path)));
  const entries: TreeEntry[] = [
    ...[...directories].sort().map((path) => ({ kind: 'directory' as const, path, mode: modes.directory })),
    ...own.map(([path, bytes]) => ({
      ...{ kind: 'file' as const, path, mode: modes.file, modified: now.getTime() },
      content: Buffer.from(bytes).toString('base64'),
    })),
  ];
  return { entries, owner: previous.owner };
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}
