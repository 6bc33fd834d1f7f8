import { execFile } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { WineLab, WineResult } from '@trustfleet/testkit';
import { ROOT } from './running-fleet.ts';

const run = promisify(execFile);
const BUILD_LIMIT_MS = 5 * 60_000;
const COMMAND_LIMIT_MS = 120_000;
const UNPACKED = 'C:\\download';
/** Where crypt32 keeps LocalMachine\Root in the registry, a key for each thumbprint (trust-stores.md §6.2). */
const ROOT_KEY = 'HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\Root\\Certificates';

/** The package as an administrator gets it, unpacked on a Windows machine. */
export interface WindowsPackage {
  /** `trustfleet-agent.exe` of the package. */
  agent(...args: readonly string[]): Promise<WineResult>;
  /** Writes a text file there; answers its path on that machine. */
  put(name: string, text: string): string;
  /** Has LocalMachine\Root this thumbprint? Asked of the registry by Windows' own tool. */
  hasRoot(thumbprint: string): Promise<boolean>;
}

/** Runs `npm run package` for Windows and unpacks the result in the lab. */
export async function unpackForWindows(wine: WineLab): Promise<WindowsPackage> {
  const out = path.join(wine.scratch, 'packages');
  const { stdout } = await run(
    process.execPath,
    [path.join(ROOT, 'tools/packaging/package.mjs'), '--target', 'win-x64', '--out', out],
    { timeout: BUILD_LIMIT_MS },
  );
  cpSync(stdout.trim(), wine.toUnix(UNPACKED), { recursive: true });
  return {
    agent: (...args) =>
      wine.run([`${UNPACKED}\\trustfleet-agent.exe`, ...args], { timeoutMs: COMMAND_LIMIT_MS }),
    put(name, text) {
      const file = `${UNPACKED}\\${name}`;
      writeFileSync(wine.toUnix(file), text);
      return file;
    },
    async hasRoot(thumbprint) {
      const asked = await wine.run(['reg', 'query', `${ROOT_KEY}\\${thumbprint}`], {
        timeoutMs: COMMAND_LIMIT_MS,
      });
      return asked.exitCode === 0;
    },
  };
}
