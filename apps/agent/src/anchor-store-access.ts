import type { Host } from '@trustfleet/host';
import { ANCHOR_WAYS, bundlePathOf } from '@trustfleet/remedies';
import {
  anchorCheck,
  StepFailedError,
  type AnchorCheck,
  type AnchorInStore,
  type AnchorStoreAccess,
  type DurableFiles,
  type FileAttributes,
  type StoreName,
  type StoreToolResult,
} from '@trustfleet/repair';
import { basename, dirname, join } from 'node:path';
import type { EntryAccess, StoreChange, StoreHandle, TrustStores } from '@trustfleet/trust-stores';
import type { TrustStore, TrustStoresSection } from '@trustfleet/protocol';
import { messageOf } from '@trustfleet/terminal';
import { toolAtRest } from './tool-at-rest.ts';

const READ_BACK_LIMIT_MS = 60_000;
/** Windows loads nothing without it (its DLLs are looked for below). */
const READ_BACK_ENV =
  process.platform === 'win32'
    ? { SystemRoot: process.env['SystemRoot'] ?? 'C:\\Windows' }
    : { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const MAX_ANCHOR_FILE_BYTES = 1024 * 1024;

/** What of the host a change of a store needs. */
export type StoreHost = Pick<
  Host,
  'uid' | 'readFile' | 'listDirectory' | 'identify' | 'writeFile' | 'removeFile' | 'runProgram'
>;

export interface AnchorStoreParts {
  readonly host: StoreHost;
  /** Made when a job first asks. */
  readonly trustStores: () => Promise<TrustStores>;
  readonly files: Pick<DurableFiles, 'sync'>;
  /** argv of `verify-store` in a new process, without the anchor. */
  readonly readBackCommand: readonly [string, ...string[]];
}

async function readWhole(host: StoreHost, path: string): Promise<Uint8Array | null> {
  const read = await host.readFile(path, { maxBytes: MAX_ANCHOR_FILE_BYTES });
  if (read.state === 'read') return read.bytes;
  if (read.state === 'missing') return null;
  throw new StepFailedError(`${path} cannot be read: ${read.detail}`);
}

async function attributesOf(host: StoreHost, path: string): Promise<FileAttributes | null> {
  const [found] = await host.identify([path], { followLinks: false });
  return found == null
    ? null
    : { plain: found.kind === 'file', mode: found.mode, uid: found.uid, gid: found.gid };
}

interface OpenedStore {
  readonly handle: StoreHandle;
  readonly store: TrustStore;
}

/** The store that a job names; null where this host has none of that name. */
async function openStore(trustStores: TrustStores, name: StoreName): Promise<OpenedStore | null> {
  const handle = await trustStores.open(name);
  return handle === null ? null : { handle, store: (await handle.read()).store };
}

/** What a plan for that store needs of this host: on Windows, what one store holds another one may reject. */
async function readStores(trustStores: TrustStores, name: StoreName): Promise<TrustStoresSection> {
  const { stores } = await readOneStore(trustStores, name);
  return stores[0]?.driver === 'windows' ? { stores: [...(await trustStores.collect()).stores] } : { stores };
}

/** The named store alone, for a look at nothing else. */
export async function readOneStore(trustStores: TrustStores, name: StoreName): Promise<TrustStoresSection> {
  const named = await openStore(trustStores, name);
  return { stores: named === null ? [] : [named.store] };
}

const noStore = (name: StoreName): string =>
  name === undefined
    ? 'No trust store of the operating system was found on this host.'
    : `There is no store ${name} on this host.`;

const reasonOf = (change: StoreChange): string | null => (change.state === 'failed' ? change.reason : null);

/** Null for a store that is not made by a tool. */
function toolOf({ driver }: Pick<TrustStore, 'driver'>): string | null {
  const way = ANCHOR_WAYS.get(driver);
  return way?.kind === 'file' ? way.tool[0] : null;
}

async function runTool(
  parts: AnchorStoreParts,
  request: { store: StoreName; after: 'add' | 'remove'; signal: AbortSignal },
): Promise<StoreToolResult> {
  const { store: name, after, signal } = request;
  signal.throwIfAborted();
  const opened = await openStore(await parts.trustStores(), name);
  if (opened === null) return { reason: noStore(name) };
  const { handle, store } = opened;
  if (store.cannotChange !== null) return { reason: store.cannotChange };
  const tool = toolOf(store);
  if (tool !== null) await toolAtRest(parts.host, tool, signal);
  const reason = reasonOf(await handle.rebuild(after, { signal }));
  // Tools do not sync: a job that says "verified" must not lose its bundle with the power.
  if (reason === null) await parts.files.sync(store.bundle.path);
  return { reason };
}

async function waitForTool(parts: AnchorStoreParts, name: StoreName, signal: AbortSignal): Promise<void> {
  const opened = await openStore(await parts.trustStores(), name);
  const tool = opened === null ? null : toolOf(opened.store);
  if (tool !== null) await toolAtRest(parts.host, tool, signal);
}

async function entriesOf(parts: AnchorStoreParts, name: StoreName): Promise<EntryAccess> {
  const opened = await openStore(await parts.trustStores(), name);
  if (opened === null) throw new StepFailedError(noStore(name));
  const { entries, id } = opened.handle;
  if (entries === null) throw new StepFailedError(`The store ${id} is not changed entry by entry.`);
  return entries;
}

const inconclusive = (detail: string): AnchorCheck => ({
  ...{ holds: null, evidence: null, present: null, usable: false, shipsBeside: false, files: [] },
  detail,
});

function parseCheck(stdout: Uint8Array): AnchorCheck {
  try {
    return anchorCheck.parse(JSON.parse(Buffer.from(stdout).toString('utf8')));
  } catch (error) {
    return inconclusive(
      `The process that reads back gave no answer that can be read: ${messageOf(error).slice(0, 200)}`,
    );
  }
}

async function readBack(
  parts: AnchorStoreParts,
  { anchor, store }: AnchorInStore,
  signal: AbortSignal,
): Promise<AnchorCheck> {
  const result = await parts.host.runProgram({
    argv: [
      ...parts.readBackCommand,
      ...['--anchor', anchor],
      ...(store === undefined ? [] : ['--store', store]),
    ],
    env: READ_BACK_ENV,
    timeoutMs: READ_BACK_LIMIT_MS,
    signal,
  });
  if (result.state !== 'exited' || result.exitCode !== 0)
    return inconclusive(`The process that reads back failed: ${result.reason ?? 'no reason given'}`);
  return parseCheck(result.stdout);
}

/** libs/host writes `.<name>.<random>.tmp` first, then renames. */
async function sweep(host: StoreHost, path: string): Promise<void> {
  const directory = dirname(path);
  const listing = await host.listDirectory(directory);
  if (listing.state !== 'listed') return;
  for (const { name } of listing.entries) {
    if (name.startsWith(`.${basename(path)}.`) && name.endsWith('.tmp'))
      await host.removeFile(join(directory, name));
  }
}

/** What a write to a file that is a store of its own left beside it, when it was killed. */
async function sweepBundle(parts: AnchorStoreParts, name: StoreName): Promise<void> {
  if (name === undefined || bundlePathOf(name) === null) return;
  const opened = await openStore(await parts.trustStores(), name);
  const bundle = opened?.store.bundle;
  if (bundle !== undefined) await sweep(parts.host, bundle.realPath ?? bundle.path);
}

/** 65534 is what the kernel shows for every account that a user namespace does not know: it cannot be given. */
const ownerOf = ({ uid, gid }: Pick<FileAttributes, 'uid' | 'gid'>) =>
  uid === 65534 || gid === 65534 ? undefined : { uid, gid };

/** Connects the ports of the remedies that change a trust store with this machine. */
export function createAnchorStoreAccess(parts: AnchorStoreParts): AnchorStoreAccess {
  const { host, trustStores } = parts;
  return {
    trustStores: async (store) => readStores(await trustStores(), store),
    readFile: (path) => readWhole(host, path),
    attributes: (path) => attributesOf(host, path),
    writeFile: (path, bytes, attributes) =>
      host.writeFile(path, bytes, {
        mode: attributes?.mode ?? 0o644,
        ...(attributes === undefined ? {} : { owner: ownerOf(attributes) }),
      }),
    async removeFile(path) {
      await host.removeFile(path);
    },
    sweep: (path) => sweep(host, path),
    isDirectory: async (path) => (await host.identify([path]))[0]?.kind === 'directory',
    runTool: (request) => runTool(parts, request),
    toolAtRest: (store, signal) => waitForTool(parts, store, signal),
    entry: async ({ anchor, store }) => (await entriesOf(parts, store)).get(anchor),
    async standing(how, der, store) {
      const entries = await entriesOf(parts, store);
      return how === 'trusting' ? entries.trusting(der) : (entries.distrusting?.(der) ?? null);
    },
    isUnfinished: async ({ anchor, store }, state) =>
      (await entriesOf(parts, store)).unfinished?.(anchor, state) === true,
    async putEntry({ anchor, store }, state, signal) {
      signal.throwIfAborted();
      const reason = reasonOf(await (await entriesOf(parts, store)).put(anchor, state, { signal }));
      await sweepBundle(parts, store);
      return { reason };
    },
    readBack: (where, signal) => readBack(parts, where, signal),
  };
}
