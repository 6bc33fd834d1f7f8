import { execFile } from 'node:child_process';
import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseBundle, sha256Hex } from '@trustfleet/certificates';
import type { BundleFile, LocalAnchor, TrustStoresSection } from '@trustfleet/protocol';
import { ABSENT } from '../anchor-stores/entry-state.ts';
import type { AnchorStoreAccess } from '../anchor-stores/ports.ts';
import type { FileAttributes } from '../guarded-files/ports.ts';
import { evaluateAnchor } from '../anchor-stores/verify.ts';

const run = promisify(execFile);

/** Where a Debian trust store stands under a root; '/' for the real places (in a mount namespace of the test's own). */
export interface DebianTree {
  readonly root: string;
  readonly anchors: string;
  readonly links: string;
  readonly bundle: string;
}

export function debianTree(root: string): DebianTree {
  const links = join(root, 'etc/ssl/certs');
  return {
    root,
    anchors: join(root, 'usr/local/share/ca-certificates'),
    links,
    bundle: join(links, 'ca-certificates.crt'),
  };
}

/** Makes the directories and an empty configuration; nothing of this machine's own trust goes in. */
export async function makeDebianTree(root: string): Promise<DebianTree> {
  const tree = debianTree(root);
  for (const directory of [
    tree.anchors,
    tree.links,
    join(root, 'usr/share/ca-certificates'),
    join(root, 'etc/ca-certificates/update.d'),
  ]) {
    await mkdir(directory, { recursive: true });
  }
  await writeFile(join(root, 'etc/ca-certificates.conf'), '# the test selects nothing\n');
  return tree;
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const kindOf = (path: string): Promise<Stats | null> =>
  lstat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });

async function attributesOf(path: string): Promise<FileAttributes | null> {
  const found = await kindOf(path);
  return found && { plain: found.isFile(), mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
}

async function readBundle(path: string): Promise<BundleFile> {
  const bytes = await readOrNull(path);
  const common = { path, realPath: path, detail: null };
  if (bytes === null)
    return {
      ...common,
      state: 'missing',
      sha256: null,
      size: null,
      anchors: [],
      problems: [],
      opensslAccepts: false,
    };
  const parsed = parseBundle(bytes);
  return {
    ...common,
    state: parsed.state,
    sha256: sha256Hex(bytes),
    size: bytes.length,
    anchors: [...parsed.anchors],
    problems: parsed.problems.map((problem) => ({ ...problem })),
    opensslAccepts: parsed.opensslAccepts,
  };
}

export async function readTrustStores(tree: DebianTree): Promise<TrustStoresSection> {
  const names = (await readdir(tree.anchors)).filter((name) => name.endsWith('.crt')).sort();
  const localAnchors: LocalAnchor[] = [];
  for (const name of names) {
    const path = join(tree.anchors, name);
    localAnchors.push({ path, anchor: parseBundle(await readFile(path)).anchors[0] ?? null, problem: null });
  }
  const store = {
    id: 'debian',
    driver: 'debian',
    operatingSystem: true,
    name: 'Test store',
    anchorDirectory: tree.anchors,
    localAnchors,
    cannotChange: null,
  };
  return { stores: [{ ...store, bundle: await readBundle(tree.bundle) }] };
}

/** Runs the real update-ca-certificates on the tree. */
export async function updateCaCertificates(tree: DebianTree, after: 'add' | 'remove'): Promise<void> {
  const at = (path: string): string => join(tree.root, path);
  const places =
    tree.root === '/'
      ? []
      : [
          '--certsconf',
          at('etc/ca-certificates.conf'),
          '--certsdir',
          at('usr/share/ca-certificates'),
          '--localcertsdir',
          tree.anchors,
          '--etccertsdir',
          tree.links,
          '--hooksdir',
          at('etc/ca-certificates/update.d'),
        ];
  await rm(`${tree.bundle}.new`, { force: true });
  const fresh = after === 'remove' ? ['--fresh'] : [];
  await run('/usr/sbin/update-ca-certificates', [...fresh, ...places], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    timeout: 30_000,
  });
}

/** How the tool behaves after it really ran: each time that it follows an addition, and the first time that it follows a removal. */
export type ToolBehaviour = 'works' | 'reportsFailure' | 'bundleLacksAnchor' | 'neverEnds' | 'failsOnce';

/** The remedy's ports on a real tree with the real tool. */
export function createDebianAccess(tree: DebianTree, behaviour: ToolBehaviour = 'works'): AnchorStoreAccess {
  let runs = 0;
  return {
    trustStores: () => readTrustStores(tree),
    readFile: readOrNull,
    attributes: attributesOf,
    isDirectory: async (path) => (await kindOf(path))?.isDirectory() === true,
    async writeFile(path, bytes, attributes) {
      await writeFile(`${path}.tmp`, bytes);
      await chmod(`${path}.tmp`, attributes?.mode ?? 0o644);
      await rename(`${path}.tmp`, path);
    },
    removeFile: (path) => rm(path, { force: true }),
    sweep: (path) => rm(`${path}.tmp`, { force: true }),
    async runTool({ after, signal }) {
      await updateCaCertificates(tree, after);
      runs += 1;
      if (behaviour === 'failsOnce')
        return { reason: runs === 1 ? 'update-ca-certificates ended with exit code 1' : null };
      if ((after === 'remove' && runs > 1) || behaviour === 'works') return { reason: null };
      if (behaviour === 'reportsFailure') return { reason: 'update-ca-certificates ended with exit code 1' };
      if (behaviour === 'bundleLacksAnchor') {
        await writeFile(tree.bundle, '');
        return { reason: null };
      }
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    },
    toolAtRest: () => Promise.resolve(),
    entry: () => Promise.resolve(ABSENT),
    standing: () => Promise.resolve(null),
    isUnfinished: () => Promise.resolve(false),
    putEntry: () => Promise.resolve({ reason: 'This store has no entries.' }),
    readBack: async (where) => evaluateAnchor(await readTrustStores(tree), where),
  };
}
