import type { Host } from '@trustfleet/host';
import {
  anchorCheck,
  StepFailedError,
  type AnchorCheck,
  type AnchorStoreAccess,
  type DurableFiles,
  type StoreToolResult,
} from '@trustfleet/repair';
import { basename, dirname, join } from 'node:path';
import type { StoreChange, TrustStores } from '@trustfleet/trust-stores';
import { messageOf } from '@trustfleet/terminal';
import { toolAtRest } from './tool-at-rest.ts';

/** Debian's tool, which writes the bundle (trust-stores.md §6.1). */
const UPDATE_TOOL = '/usr/sbin/update-ca-certificates';
const READ_BACK_LIMIT_MS = 60_000;
const MAX_ANCHOR_FILE_BYTES = 1024 * 1024;

/** What of the host a change of a store needs. */
export type StoreHost = Pick<
  Host,
  'uid' | 'readFile' | 'listDirectory' | 'writeFile' | 'removeFile' | 'runProgram'
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

const reasonOf = (change: StoreChange): string | null => (change.state === 'failed' ? change.reason : null);

async function runTool(
  parts: AnchorStoreParts,
  request: { after: 'add' | 'remove'; signal: AbortSignal },
): Promise<StoreToolResult> {
  const { after, signal } = request;
  signal.throwIfAborted();
  for (const handle of await (await parts.trustStores()).list()) {
    const { store } = await handle.read();
    if (!store.operatingSystem) continue;
    if (store.cannotChange !== null) return { reason: store.cannotChange };
    await toolAtRest(parts.host, UPDATE_TOOL, signal);
    // The tool appends to this file; one that a killed run left would bring its anchors back.
    await parts.host.removeFile(`${store.bundle.path}.new`);
    const reason = reasonOf(await handle.rebuild(after, { signal }));
    // The tool does not sync: a job that says "verified" must not lose its bundle with the power.
    if (reason === null) await parts.files.sync(store.bundle.path);
    return { reason };
  }
  return { reason: 'No trust store of the operating system was found on this host.' };
}

const inconclusive = (detail: string): AnchorCheck => ({
  ...{ holds: null, evidence: null, present: null, usable: false, files: [] },
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

async function readBack(parts: AnchorStoreParts, anchor: string, signal: AbortSignal): Promise<AnchorCheck> {
  const result = await parts.host.runProgram({
    argv: [...parts.readBackCommand, '--anchor', anchor],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
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

/** Connects the ports of `trustStore.addAnchor` with this machine. */
export function createAnchorStoreAccess(parts: AnchorStoreParts): AnchorStoreAccess {
  const { host, trustStores } = parts;
  return {
    async trustStores() {
      const { stores } = await (await trustStores()).collect();
      return { stores: [...stores] };
    },
    readFile: (path) => readWhole(host, path),
    writeFile: (path, bytes) => host.writeFile(path, bytes, { mode: 0o644 }),
    async removeFile(path) {
      await host.removeFile(path);
    },
    sweep: (path) => sweep(host, path),
    runTool: (request) => runTool(parts, request),
    toolAtRest: (signal) => toolAtRest(host, UPDATE_TOOL, signal),
    readBack: (anchor, signal) => readBack(parts, anchor, signal),
  };
}
