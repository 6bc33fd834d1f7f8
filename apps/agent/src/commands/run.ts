import { Socket } from 'node:net';
import { readBootId } from '@trustfleet/host';
import { runAgent } from '../run/run-agent.ts';
import { CliError } from '@trustfleet/terminal';
import type { Environment } from '../environment.ts';
import { scanSettingsFile } from '../scan-settings.ts';
import { createLogger } from '../logger.ts';
import { UNKNOWN_BOOT } from '../server-time.ts';
import { loadIdentity } from '../state/identity.ts';
import { requireOwnStateDir } from '../state/state-directory.ts';
import { takeInstanceLock } from '../state/instance-lock.ts';

export interface RunOptions {
  readonly stateDir: string;
  readonly allowList: string;
  readonly scanSettings?: string;
  readonly root: string;
  readonly env: Environment;
  /** Its end asks for a clean stop too: Windows has no signals, and its service program holds the other end (docs/decisions/0009). */
  readonly stopInput: NodeJS.ReadableStream | null;
}

/**
 * What asks a program to stop: on Windows Ctrl-C, Ctrl-Break, and the end of its console or of the session (SIGHUP, which leaves some
 * seconds). A service is asked in another way.
 */
const STOP_SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGTERM', 'SIGINT'];

/** The first of them asks for a clean stop, the second ends at once (the journal makes that safe). */
function stopSignal(input: NodeJS.ReadableStream | null): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const event of ['end', 'error'] as const)
      input?.once(event, () => {
        asked = true;
        resolve('its input ended');
      });
    input?.resume();
    // What ends by itself does not wait for it. (A file has no handle that could keep the process.)
    if (input instanceof Socket) input.unref();
    for (const name of STOP_SIGNALS) {
      process.on(name, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve(name);
      });
    }
  });
}

/** The service: connects, reports, repairs, until it is told to stop. */
export async function runCommand(options: RunOptions, stderr: NodeJS.WritableStream): Promise<void> {
  const stopped = stopSignal(options.stopInput);
  await requireOwnStateDir(options.stateDir);
  const identity = await loadIdentity(options.stateDir);
  if (identity === null) {
    throw new CliError(
      `This machine is not enrolled (${options.stateDir} holds no identity). Enrol it first: trustfleet-agent enroll --token TOKEN`,
    );
  }
  const releaseLock = await takeInstanceLock(options.stateDir);
  try {
    const log = createLogger(stderr, () => new Date());
    const scanSettings = scanSettingsFile(options);
    await runAgent({
      ...options,
      scanSettings,
      identity,
      log,
      bootId: (await readBootId()) ?? UNKNOWN_BOOT,
      stopped,
    });
  } finally {
    await releaseLock();
  }
}
