import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWine } from './end-wine.ts';
import { inNamespace, QUIET, WINE } from './namespace.ts';
import { toUnixPath, toWindowsPath } from './paths.ts';
import { startProcess, type WineProcess, type WineResult, type WineRunOptions } from './processes.ts';
import { copyTemplate, prepareTemplate } from './template.ts';

const NODE = 'C:\\lab\\node.exe';
const START_LIMIT_MS = 120_000;
/** No test file takes that long. */
const LAB_LIMIT_MS = 60 * 60_000;

/** A Windows of its own: registry, certificate stores and services, none of which another lab sees. */
export interface WineLab {
  /** Folder of this machine with the registry and `drive_c`. */
  readonly prefix: string;
  /** A folder of this machine for what a test writes; gone with the lab. */
  readonly scratch: string;
  /** Node 22 for Windows, as a Windows path; `koffi.node` lies beside it, where the agent looks for it. */
  readonly node: string;
  readonly koffi: string;
  /** Runs a Windows program to its end: argv as Windows paths (a path of this machine works for the program itself). */
  run(argv: readonly [string, ...string[]], options: WineRunOptions): Promise<WineResult>;
  /** Starts one and comes back at once; it ends with the lab, and with the process of the test, at the latest. */
  start(argv: readonly [string, ...string[]], options: WineRunOptions): WineProcess;
  toWindows(path: string): string;
  toUnix(path: string): string;
  /** Ends every program of this prefix, and removes all of it. Idempotent. */
  dispose(): Promise<void>;
}

/**
 * Once per test file, in `beforeAll` with a limit of some minutes: the first one of all makes the template (10 to 40 s), the others
 * copy it. Needs Wine 8 (`apt-get install wine`) and mount namespaces; fetches Node for Windows once (see PINNED).
 */
export async function prepareWine(): Promise<WineLab> {
  const template = await prepareTemplate();
  for (let starts = 1; ; starts += 1) {
    try {
      return await openLab(template);
    } catch (error) {
      if (!(error instanceof WineFaultError) || starts === MAX_STARTS) throw error;
    }
  }
}

/** Wine 8 itself faults now and then while it starts; a prefix of its own each time. */
const MAX_STARTS = 3;

/** Wine's own fault, before anything of ours ran in it. */
class WineFaultError extends Error {
  override readonly name = 'WineFaultError';
}

async function openLab(template: string): Promise<WineLab> {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-wine-'));
  const at = (name: string): string => join(directory, name);
  const [prefix, scratch, empty] = [at('prefix'), at('scratch'), at('empty')];
  const env = { ...QUIET, HOME: at('home'), WINEPREFIX: prefix };
  try {
    await Promise.all([scratch, empty, at('home')].map((path) => mkdir(path)));
    await copyTemplate(template, prefix);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const start: WineLab['start'] = (argv, options) =>
    startProcess({
      argv: inNamespace(empty, [WINE, ...argv]),
      env: { ...env, ...options.env },
      cwd: options.cwd ?? scratch,
      timeoutMs: options.timeoutMs,
      input: options.input ?? '',
      scratch,
    });
  const dispose = async (): Promise<void> => {
    await endWine(env);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await keepRunning(start);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    prefix,
    scratch,
    node: NODE,
    koffi: 'C:\\lab\\koffi.node',
    run: (argv, options) => start(argv, options).exited,
    start,
    toWindows: (path) => toWindowsPath(prefix, path),
    toUnix: (path) => toUnixPath(prefix, path),
    dispose,
  };
}

/**
 * One program that stays for as long as the lab: Windows is started once, before all others, and its services go on between them.
 * Whoever is killed while Windows starts takes the start along, and the next one would wait for its end for ever.
 */
async function keepRunning(start: WineLab['start']): Promise<void> {
  const kept = start([NODE, '-e', 'console.log("runs"); setInterval(() => {}, 1000000)'], {
    timeoutMs: LAB_LIMIT_MS,
  });
  const deadline = Date.now() + START_LIMIT_MS;
  while (kept.stdout() === '') {
    const said = kept.stderr();
    if (said.includes('Unhandled page fault')) throw new WineFaultError(`Wine faulted at its start: ${said}`);
    if (said !== '' || Date.now() > deadline)
      throw new Error(`Windows did not start under Wine within ${START_LIMIT_MS / 1000} s: ${said}`);
    await sleep(50);
  }
}
