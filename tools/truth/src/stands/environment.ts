import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Interpreter } from './interpreters.ts';

const run = promisify(execFile);

/** A Python environment of its own. */
export interface Environment {
  readonly python: string;
  readonly site: string;
}

/** A venv (PEP 405); of Python 2, which knows none, a prefix of its own with the same standard library. */
export async function createEnvironment(interpreter: Interpreter, directory: string): Promise<Environment> {
  const library = join(directory, 'lib', `python${interpreter.feature}`);
  const site = join(library, 'site-packages');
  const python = join(directory, 'bin', 'python');
  await mkdir(dirname(python), { recursive: true });
  await mkdir(site, { recursive: true });
  if (interpreter.feature === '2.7') {
    await copyFile(await executableOf(interpreter), python);
    await copyLibrary(interpreter, library);
  } else {
    await symlink(await executableOf(interpreter), python);
    const home = dirname(await executableOf(interpreter));
    await writeFile(
      join(directory, 'pyvenv.cfg'),
      `home = ${home}\ninclude-system-site-packages = false\nversion = ${interpreter.version}\n`,
    );
  }
  return { python, site };
}

async function executableOf({ path }: Interpreter): Promise<string> {
  const script = 'import os, sys; sys.stdout.write(os.path.realpath(sys.executable))';
  const { stdout } = await run(path, ['-c', script], { timeout: 20_000 });
  return stdout;
}

async function copyLibrary(interpreter: Interpreter, library: string): Promise<void> {
  const script = 'import os, sys; sys.stdout.write(os.path.dirname(os.__file__))';
  const { stdout: standard } = await run(interpreter.path, ['-c', script], { timeout: 20_000 });
  const names = (await readdir(standard)).filter((name) => !['site-packages', 'test'].includes(name));
  const copy = (how: string): Promise<unknown> =>
    run('cp', [how, '-t', library, ...names.map((name) => join(standard, name))], { timeout: 120_000 });
  await copy('-al').catch(() => copy('-a'));
}

/** Puts the content of `from` into site-packages: by hard links where the file system is the same. */
export async function addPackages(environment: Environment, from: string): Promise<void> {
  const copy = (how: string): Promise<unknown> =>
    run('cp', [how, '--no-target-directory', from, environment.site], { timeout: 120_000 });
  await copy('-al').catch(() => copy('-a'));
}
