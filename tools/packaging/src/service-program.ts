import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CliError, errorCode } from '@trustfleet/terminal';

const COMPILER = 'x86_64-w64-mingw32-gcc';
const SOURCE = fileURLToPath(
  new URL('../../../apps/agent/src/service/windows/trustfleet-service.c', import.meta.url),
);
const LIMIT_MS = 60_000;

const FLAGS = [
  ...['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror'],
  // A wide main, a console program, and no DLL but the system's own.
  ...['-DUNICODE', '-D_UNICODE', '-municode', '-mconsole', '-static', '-s'],
  // Equal bytes from equal sources: no time in the header, no path of this machine.
  ...['-Wl,--no-insert-timestamp', '-ffile-prefix-map=/=./'],
  // Addresses that cannot be foreseen (mingw's linker leaves all three off otherwise), data that is not executed.
  ...['-Wl,--dynamicbase,--nxcompat,--high-entropy-va', '-fstack-protector-strong'],
] as const;

/** Builds trustfleet-service.exe into `folder` (docs/decisions/0009). */
export async function writeServiceProgram(request: {
  readonly folder: string;
  readonly say: (line: string) => void;
}): Promise<void> {
  request.say('win-x64: building the service program …');
  const argv = [...FLAGS, '-o', join(request.folder, 'trustfleet-service.exe'), SOURCE, '-ladvapi32'];
  try {
    await promisify(execFile)(COMPILER, argv, { timeout: LIMIT_MS });
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new CliError(`${COMPILER} is needed for --target win-x64: apt-get install gcc-mingw-w64-x86-64`);
    throw error;
  }
}
