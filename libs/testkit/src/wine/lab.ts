import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inNamespace, QUIET, WINE, WINESERVER } from './namespace.ts';
import { toUnixPath, toWindowsPath } from './paths.ts';
import { startProcess, type WineProcess, type WineResult, type WineRunOptions } from './processes.ts';
import { copyTemplate, prepareTemplate } from './template.ts';

const run = promisify(execFile);

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
  /** Starts one and comes back at once; it ends with the lab at the latest. While one runs, Wine's services do too. */
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
  return {
    prefix,
    scratch,
    node: 'C:\\lab\\node.exe',
    koffi: 'C:\\lab\\koffi.node',
    run: (argv, options) => start(argv, options).exited,
    start,
    toWindows: (path) => toWindowsPath(prefix, path),
    toUnix: (path) => toUnixPath(prefix, path),
    async dispose() {
      await stopServer(env);
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Of this prefix alone: WINEPREFIX names it. With its server every program of it ends. */
async function stopServer(
  env: Readonly<Record<string, string>> & { readonly WINEPREFIX: string },
): Promise<void> {
  if (!existsSync(env.WINEPREFIX)) return; // disposed before
  await run(WINESERVER, ['-k'], { env, timeout: 30_000 }).catch(() => undefined); // 1 when none runs any more
  await run(WINESERVER, ['-w'], { env, timeout: 30_000 });
}
