import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findPackage } from './find-package.ts';

const run = promisify(execFile);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PLACES = ['opt', 'run/systemd/system', 'root/package', 'var/lib'];

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LinuxMachine {
  /** Of this machine: where the other one's files are. */
  readonly directory: string;
  /** Runs a command there, as root, with the environment of nobody. */
  run(...argv: readonly [string, ...string[]]): Promise<Ended>;
  /** What systemctl was asked for so far. */
  calls(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** A machine of its own as far as files go, with the package for Linux at /root/package. Needs root and mount namespaces. */
export async function makeLinuxMachine(): Promise<LinuxMachine> {
  // Below /tmp every path counts as writable by others, and the installer would be right to refuse.
  const directory = await mkdtemp('/var/lib/trustfleet-machine-');
  for (const place of PLACES) await mkdir(join(directory, place), { recursive: true });
  await cp('/etc', join(directory, 'etc'), { recursive: true, verbatimSymlinks: true });
  await rm(join(directory, 'etc/trustfleet'), { recursive: true, force: true });
  const enter = [
    ...['/usr/bin/unshare', '-m', '--propagation', 'private', '--', '/bin/sh', here('enter-machine.sh')],
    ...[directory, await findPackage('linux-x64'), here('systemctl.sh')],
  ] as const;
  const [program, ...flags] = enter;
  const machine: LinuxMachine = {
    directory,
    async run(...argv) {
      const options = { env: { PATH: '/usr/bin:/bin' }, timeout: 120_000 };
      try {
        return { code: 0, ...(await run(program, [...flags, ...argv], options)) };
      } catch (error) {
        const { code, stdout = '', stderr = '' } = error as Partial<Ended>;
        if (typeof code !== 'number') throw error;
        return { code, stdout, stderr };
      }
    },
    async calls() {
      const text = await readFile(join(directory, 'run/calls'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '');
    },
    async dispose() {
      // What a failed test left running.
      await machine.run('/usr/bin/systemctl', '--no-pager', '--no-ask-password', 'stop');
      await rm(directory, { recursive: true, force: true });
    },
  };
  return machine;
}
