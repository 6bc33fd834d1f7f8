import type { Host } from '@trustfleet/host';
import {
  anchorCheck,
  StepFailedError,
  type AnchorStoreAccess,
  type RemedyCheck,
  type StoreToolResult,
} from '@trustfleet/repair';
import type { StoreChange, TrustStores } from '@trustfleet/trust-stores';
import { messageOf } from './cli-error.ts';
import { toolAtRest } from './tool-at-rest.ts';

/** Debian's tool, which writes the bundle (trust-stores.md §6.1). */
const UPDATE_TOOL = '/usr/sbin/update-ca-certificates';
const READ_BACK_LIMIT_MS = 60_000;
const MAX_ANCHOR_FILE_BYTES = 1024 * 1024;

export interface AnchorStoreParts {
  readonly host: Host;
  /** Made when a job first asks. */
  readonly trustStores: () => Promise<TrustStores>;
  /** argv of `verify-store` in a new process, without the anchor. */
  readonly readBackCommand: readonly [string, ...string[]];
}

async function readWhole(host: Host, path: string): Promise<Uint8Array | null> {
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
    return { reason: reasonOf(await handle.rebuild(after, { signal })) };
  }
  return { reason: 'No trust store of the operating system was found on this host.' };
}

function parseCheck(stdout: Uint8Array): RemedyCheck {
  try {
    return anchorCheck.parse(JSON.parse(Buffer.from(stdout).toString('utf8')));
  } catch (error) {
    return {
      holds: null,
      detail: `The process that reads back gave no answer that can be read: ${messageOf(error).slice(0, 200)}`,
      evidence: null,
    };
  }
}

async function readBack(parts: AnchorStoreParts, anchor: string): Promise<RemedyCheck> {
  const result = await parts.host.runProgram({
    argv: [...parts.readBackCommand, '--anchor', anchor],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    timeoutMs: READ_BACK_LIMIT_MS,
  });
  if (result.state !== 'exited' || result.exitCode !== 0) {
    return {
      holds: null,
      detail: `The process that reads back failed: ${result.reason ?? 'no reason given'}`,
      evidence: null,
    };
  }
  return parseCheck(result.stdout);
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
    runTool: (request) => runTool(parts, request),
    toolAtRest: (signal) => toolAtRest(host, UPDATE_TOOL, signal),
    readBack: (anchor) => readBack(parts, anchor),
  };
}
