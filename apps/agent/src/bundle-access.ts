import { lstat, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeBundle } from '@trustfleet/certificates';
import { openFileAccess, type Host } from '@trustfleet/host';
import { collectVariables } from '@trustfleet/python';
import { UNION_BUNDLE_PATHS } from '@trustfleet/remedies';
import { ownershipProblem, StepFailedError, type BundleAccess } from '@trustfleet/repair';
import { errorCode } from '@trustfleet/terminal';
import type { TrustStores } from '@trustfleet/trust-stores';
import { directoriesAbove, trustedAccounts } from './allow-list-source.ts';

/** A union bundle has some 300 KiB; somebody else's file in its place is not read beyond this. */
const MAX_BUNDLE_BYTES = 8 * 1024 * 1024;
const EVERYBODY_MAY_ENTER = 0o001;

export interface BundleParts {
  readonly host: Host;
  readonly root: string;
  /** Made when a job first asks. */
  readonly trustStores: () => Promise<TrustStores>;
}

/** Connects the port of `bundle.deploy` with this machine. */
export function createBundleAccess(parts: BundleParts): BundleAccess {
  const { host, root } = parts;
  const { platform } = host;
  const fixed = UNION_BUNDLE_PATHS[platform];
  const path = root === '/' ? fixed : join(root, fixed);
  return {
    ...{ platform, path },
    facts: () => readFacts(parts, path),
    placeProblem: () => (platform === 'windows' ? problemOnWindows(path) : placeProblem(path)),
    async makePlace() {
      await host.makeDirectory(dirname(path));
      if (platform !== 'windows')
        for (const made of [dirname(path), path]) await syncDirectory(dirname(made));
    },
    listPlace: () => listPlace(host, dirname(path)),
    readFile: (file) => readWhole(host, file),
    async attributes(file) {
      const [found] = await host.identify([file], { followLinks: false });
      return found == null
        ? null
        : { plain: found.kind === 'file', mode: found.mode, uid: found.uid, gid: found.gid };
    },
    writeFile: (file, bytes, attributes) =>
      host.writeFile(file, bytes, {
        mode: attributes?.mode ?? 0o644,
        ...(attributes === undefined ? {} : { owner: { uid: attributes.uid, gid: attributes.gid } }),
      }),
    async removeFile(file) {
      await host.removeFile(file);
    },
    sweep: (file) => sweep(host, file),
  };
}

async function readWhole(host: Host, path: string): Promise<Uint8Array | null> {
  const read = await host.readFile(path, { maxBytes: MAX_BUNDLE_BYTES });
  if (read.state === 'read') return read.bytes;
  if (read.state === 'missing') return null;
  throw new StepFailedError(`${path} cannot be read: ${read.detail}`);
}

/** What decides a plan: who names the place, what programs trust there now, what the machine's stores hold. */
async function readFacts(
  { host, root, trustStores }: BundleParts,
  path: string,
): ReturnType<BundleAccess['facts']> {
  const { section: variables } = await collectVariables(host, {
    ...{ root, processEnv: {}, readNetwork: [] },
  });
  const { stores } = await (await trustStores()).collect();
  const read = await host.readFile(path, { maxBytes: MAX_BUNDLE_BYTES });
  const { file } = describeBundle(path, read);
  const named = variables.variables.find(({ value }) => value === path);
  const provenance =
    named === undefined ? { kind: 'code' as const, path } : ({ ...named, kind: 'variable' } as const);
  const bundles = read.state === 'missing' ? [] : [{ ...file, provenance: [provenance] }];
  return { variables, trustStores: { stores: [...stores] }, bundles: { bundles } };
}

async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
    throw error;
  }
}

async function problemOnWindows(path: string): Promise<string | null> {
  const directory = dirname(path);
  if ((await ifThere(lstat(directory))) === null) return null;
  return (await (await openFileAccess())?.problem(directory, 'write')) ?? null;
}

/** Every directory above it, those alone that are there: what is missing, root makes. */
async function placeProblem(path: string): Promise<string | null> {
  for (let file = path; ; file = dirname(file)) {
    const chain = await ifThere(directoriesAbove(file));
    if (chain === null && dirname(file) !== file) continue;
    const problem = ownershipProblem(chain ?? [], await trustedAccounts());
    if (problem !== null) return problem;
    const closed = chain?.find(({ mode }) => (mode & EVERYBODY_MAY_ENTER) === 0);
    return closed === undefined
      ? null
      : `Not every program may enter ${closed.path} (mode ${closed.mode.toString(8)}), so it could not read the bundle: run chmod a+rx ${closed.path}.`;
  }
}

/** A directory that was made is on disk when the one that names it is. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function listPlace(host: Host, directory: string): Promise<string[]> {
  const listing = await host.listDirectory(directory);
  if (listing.state !== 'listed') return [];
  const dated: { readonly path: string; readonly at: number }[] = [];
  for (const { name, kind } of listing.entries) {
    if (kind !== 'file') continue;
    const found = await ifThere(lstat(join(directory, name)));
    if (found !== null) dated.push({ path: join(directory, name), at: found.mtimeMs });
  }
  return dated.sort((a, b) => a.at - b.at).map(({ path }) => path);
}

/** libs/host writes `.<name>.<random>.tmp` first, then renames. */
async function sweep(host: Host, path: string): Promise<void> {
  const listing = await host.listDirectory(dirname(path));
  if (listing.state !== 'listed') return;
  for (const { name } of listing.entries)
    if (name.startsWith(`.${basename(path)}.`) && name.endsWith('.tmp'))
      await host.removeFile(join(dirname(path), name));
}
