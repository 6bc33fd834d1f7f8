import type { Host } from '@trustfleet/host';
import { gunzipSync, gzipSync } from 'node:zlib';
import { messageOf } from '@trustfleet/terminal';
import { NOTHING_KNOWN } from './earlier-facts.ts';
import type { Environment } from './environment.ts';
import type { EndpointKeeper } from './run/endpoint-keeper.ts';
import { readScanFrame, type ScanFrame } from './scan-frame.ts';
import { LastReadings, type InventoryCollector } from './scan-result.ts';

/** A machine with 200 interpreters that all hang would need more; half its facts are then better than none. */
export const SCAN_LIMIT_MS = 20 * 60_000;
/** What the process may take beyond that for its answer, before it is killed. */
const ANSWER_MS = 60_000;
/** When it has to stop: to end what it has started. */
const GRACE_MS = 5_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_STDERR_CHARS = 500;

export interface ScanProcessOptions {
  readonly runProgram: Host['runProgram'];
  /** argv of `collect`, without its options. */
  readonly command: readonly [string, ...string[]];
  readonly root: string;
  /** Where `scan.json` lies. */
  readonly scanSettings: string;
  /** The environment of the service, which is a fact of the inventory too. */
  readonly env: Environment;
  /** Reported in place of the machine's own name; null for that. */
  readonly name: string | null;
  /** What the scan is told of endpoints, and where what it leaves of them goes. */
  readonly endpoints: Pick<EndpointKeeper, 'orders' | 'stored' | 'take'>;
  /** Ends a scan that runs. */
  readonly signal: AbortSignal;
}

/** One run of `collect`: `input` is its request, a line of JSON. Rejects where it fails. */
export async function scanOnce(
  options: Omit<ScanProcessOptions, 'endpoints'>,
  input: string,
): Promise<ScanFrame> {
  const { root, name, scanSettings } = options;
  const env = Object.entries(options.env).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const run = await options.runProgram({
    argv: [
      ...options.command,
      '--root',
      root,
      '--scan-settings',
      scanSettings,
      ...(name === null ? [] : ['--name', name]),
    ],
    env: Object.fromEntries(env),
    input,
    timeoutMs: SCAN_LIMIT_MS + ANSWER_MS,
    graceMs: GRACE_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal: options.signal,
  });
  if (run.state !== 'exited' || run.exitCode !== 0) {
    const said = Buffer.from(run.stderr).toString('utf8').trim().slice(0, MAX_STDERR_CHARS);
    const reason = run.reason ?? 'no reason given';
    throw new Error(`The process that scans failed: ${reason}${said === '' ? '' : `; it said: ${said}`}`);
  }
  try {
    return readScanFrame(run.stdout);
  } catch (error) {
    throw new Error(`The process that scans failed: ${messageOf(error).slice(0, MAX_STDERR_CHARS)}`, {
      cause: error,
    });
  }
}

/**
 * Scans in a short-lived process, this very program as `collect`: the service waits for hours between two scans and does not keep
 * what one takes. Remembers between scans what `createInventory` remembers. Rejects when the process fails; the last readings
 * stay in force then. One scan at a time: the caller sees to it.
 */
export function createScanProcess(options: ScanProcessOptions): InventoryCollector {
  const last = new LastReadings();
  // At rest for hours: what the last scan knows of every file weighs a few megabytes as objects, a tenth of it packed.
  let packed = gzipSync(JSON.stringify({ ...NOTHING_KNOWN, endpoints: options.endpoints.stored }));
  return {
    async collect(names) {
      const facts = gunzipSync(packed).toString('utf8');
      const told = JSON.stringify({ names, endpoints: options.endpoints.orders() }).slice(0, -1);
      const frame = await scanOnce(options, `${told},"facts":${facts}}\n`);
      packed = gzipSync(JSON.stringify(frame.facts));
      options.endpoints.take(endpointsIn(frame.facts));
      last.take(frame.readings);
      return last.result(new Date().toISOString());
    },
  };
}

const endpointsIn = (facts: unknown): unknown =>
  typeof facts === 'object' && facts !== null && 'endpoints' in facts ? facts.endpoints : null;
