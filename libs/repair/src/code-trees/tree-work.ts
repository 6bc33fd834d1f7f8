import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { StepFailedError } from '../remedy.ts';
import {
  bringBack,
  clean,
  place,
  putInPlace,
  remove,
  setAside,
  stage,
  stageCopy,
  syncTree,
} from './place-tree.ts';
import { contentDigest } from './copy-tree.ts';
import { readTree } from './read-tree.ts';
import { MAX_TREE_BYTES, tree, type Tree } from './tree.ts';

/** One name in a directory: nothing that leads out of it. */
const name = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !/[/\\\0]/.test(text) && text !== '.' && text !== '..', 'one part of a path');
const base = z.string().refine(isAbsolute, 'an absolute path');
const token = z.string().regex(/^[0-9a-f]{16}$/);
const where = { base, name, token };

/** What is done with the rights of one account: nothing else is asked of such a process. */
export const treeRequest = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('list'), base }),
  z.strictObject({ do: z.literal('read'), base, names: z.array(name).max(200) }),
  /** Of a tree that may be too large to be handed over. */
  z.strictObject({ do: z.literal('digest'), base, name }),
  /** Copies a tree that lies elsewhere beside the name, where `putInPlace` finds it. */
  z.strictObject({ do: z.literal('stageCopy'), ...where, from: base }),
  /** Puts on disk what another program wrote there. */
  z.strictObject({ do: z.literal('sync'), base, names: z.array(name).max(200) }),
  z.strictObject({ do: z.literal('stage'), ...where, tree }),
  z.strictObject({ do: z.literal('place'), ...where, tree }),
  z.strictObject({ do: z.literal('setAside'), ...where }),
  z.strictObject({ do: z.literal('putInPlace'), ...where }),
  z.strictObject({ do: z.literal('bringBack'), ...where }),
  z.strictObject({ do: z.literal('remove'), ...where }),
  z.strictObject({ do: z.literal('clean'), ...where }),
  z.strictObject({
    do: z.literal('makeFolder'),
    token,
    files: z.array(z.strictObject({ name, content: z.string() })),
  }),
  z.strictObject({ do: z.literal('readFolder'), token }),
  z.strictObject({ do: z.literal('removeFolder'), token }),
]);
export type TreeRequest = z.infer<typeof treeRequest>;

export const treeAnswer = z.looseObject({
  names: z.array(z.string()).optional(),
  tree: tree.optional(),
  /** Of `digest`; null where nothing is there. */
  digest: z.string().nullable().optional(),
  /** Of `makeFolder` and `bringBack`. */
  folder: z.string().optional(),
  done: z.boolean().optional(),
  files: z.array(z.looseObject({ name: z.string(), content: z.string() })).optional(),
});
export type TreeAnswer = z.infer<typeof treeAnswer>;

/** The folder of one job, which nobody but its maker can enter. */
const folderOf = (of: string): string => join(realpathSync(tmpdir()), `trustfleet-${of}`);

/** Does it, with the rights of this process. Throws {@link StepFailedError} and what the system throws. */
export function doTreeWork(request: TreeRequest): TreeAnswer {
  switch (request.do) {
    case 'list':
      return { names: readdirSync(request.base).sort() };
    case 'read':
      return { tree: readTree(request.base, request.names) };
    case 'digest':
      return { digest: contentDigest(request.base, request.name) };
    case 'sync':
      syncTree(request.base, readTree(request.base, request.names));
      return {};
    case 'makeFolder':
      return { folder: makeFolder(request.token, request.files) };
    case 'readFolder':
      return { files: readFolder(folderOf(request.token)) };
    case 'removeFolder':
      removeFolder(folderOf(request.token));
      return {};
    default:
      return doPlaced(request);
  }
}

function doPlaced(request: Extract<TreeRequest, { name: string; token: string }>): TreeAnswer {
  switch (request.do) {
    case 'stage':
      stage(request, ofName(request.tree, request.name));
      return {};
    case 'stageCopy':
      stageCopy(request, request.from);
      return {};
    case 'place':
      place(request, ofName(request.tree, request.name));
      return {};
    case 'bringBack':
      return { done: bringBack(request) };
    default:
      ({ setAside, putInPlace, remove, clean })[request.do](request);
      return {};
  }
}

/** Paths in a journal are data: none leads out of the name that is placed. */
function ofName(kept: Tree, of: string): Tree {
  for (const { path } of kept.entries) {
    const [first, ...rest] = path.split('/');
    if (first !== of || rest.some((part) => part === '' || part === '.' || part === '..'))
      throw new StepFailedError(`${path} is no path below ${of}.`);
  }
  return kept;
}

function makeFolder(of: string, files: readonly { name: string; content: string }[]): string {
  const folder = folderOf(of);
  // Fails where somebody else made it first: /tmp is everybody's.
  mkdirSync(folder, { mode: 0o700 });
  for (const file of files)
    writeFileSync(join(folder, file.name), Buffer.from(file.content, 'base64'), { flag: 'wx', mode: 0o600 });
  return folder;
}

/** Somebody else's is left alone: /tmp may have been emptied since, and the name be taken by whoever saw it there. */
function removeFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const own = process.geteuid?.();
  if (found === undefined || (own !== undefined && found.uid !== own)) return;
  rmSync(folder, { recursive: true, force: true });
}

function readFolder(folder: string): { name: string; content: string }[] {
  let total = 0;
  return readdirSync(folder).map((one) => {
    total += statSync(join(folder, one)).size;
    if (total > MAX_TREE_BYTES)
      throw new StepFailedError(`${folder} holds more than ${MAX_TREE_BYTES} bytes.`);
    return { name: one, content: readFileSync(join(folder, one)).toString('base64') };
  });
}
