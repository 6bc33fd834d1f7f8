import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from '../errors.ts';
import type { RunAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { readIfThere, systemErrorCode } from './processes.ts';

const run = promisify(execFile);

/** Superuser of the cluster. */
export const SUPERUSER = 'trustfleet';
/** Longest path of a unix socket, without the file's own name (sun_path is 104 bytes on macOS, 108 on Linux). */
const MAX_SOCKET_DIR_BYTES = 103 - '/.s.PGSQL.65535'.length;

/** Directories of one embedded PostgreSQL; all below `dataDir` but, where that is too long, the socket's. */
export interface Layout {
  readonly dataDir: string;
  readonly cluster: string;
  readonly socket: string;
  readonly log: string;
  readonly passwordFile: string;
}

async function makeOwned(path: string, account: RunAs): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  if (account !== null) await chown(path, account.uid, account.gid);
}

/** As root: every directory on the way must let the account pass. */
async function checkWay(dataDir: string, account: NonNullable<RunAs>): Promise<void> {
  for (let path = dirname(dataDir); ; path = dirname(path)) {
    const { mode, uid, gid } = await stat(path);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      throw new EmbeddedPostgresError(
        `PostgreSQL runs as the account "postgres" and cannot pass ${path} on its way to ${dataDir}. ` +
          `Set TRUSTFLEET_DATA_DIR to a directory that it can reach, e.g. /var/lib/trustfleet, or allow passing: chmod o+x ${path}`,
      );
    }
    if (path === dirname(path)) return;
  }
}

/** Makes the directories. Fails with a sentence that names the one that cannot be made or written. */
export async function prepareLayout(dataDir: string, account: RunAs): Promise<Layout> {
  try {
    await mkdir(dataDir, { recursive: true, mode: account === null ? 0o700 : 0o711 });
    await access(dataDir, constants.W_OK | constants.X_OK);
    if (account !== null) await chmod(dataDir, 0o711);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `Cannot write to ${dataDir} (${systemErrorCode(error) ?? String(error)}). Correct its owner or set TRUSTFLEET_DATA_DIR to another directory.`,
      { cause: error },
    );
  }
  if (account !== null) await checkWay(dataDir, account);
  const inside = join(dataDir, 'socket');
  const short = Buffer.byteLength(inside) <= MAX_SOCKET_DIR_BYTES;
  const socket = short ? inside : await mkdtemp(join(tmpdir(), 'trustfleet-pg-'));
  await makeOwned(socket, account);
  return {
    dataDir,
    cluster: join(dataDir, 'cluster'),
    socket,
    log: join(dataDir, 'postgres.log'),
    passwordFile: join(dataDir, 'password'),
  };
}

/** Removes a socket directory that stands outside of the data directory. */
export async function removeLayout(layout: Layout): Promise<void> {
  if (layout.socket !== join(layout.dataDir, 'socket'))
    await rm(layout.socket, { recursive: true, force: true });
}

/** Refuses a cluster of another major version: PostgreSQL would not start, and says less. */
async function checkMajor(cluster: string, major: number): Promise<void> {
  const found = (await readIfThere(join(cluster, 'PG_VERSION')))?.trim();
  if (found === String(major)) return;
  throw new EmbeddedPostgresError(
    found === undefined
      ? `${cluster} is not a PostgreSQL data directory (no PG_VERSION). Move it away, or set TRUSTFLEET_DATA_DIR to another directory.`
      : `${cluster} was made by PostgreSQL ${found}; this release brings ${major}. Upgrade it with that release's pg_upgrade, ` +
          `or serve it with a PostgreSQL ${found} of your own and name that in DATABASE_URL, or move it away to start empty.`,
  );
}

async function initialise(
  layout: Layout,
  binaries: Binaries,
  options: { readonly account: RunAs; readonly sync: boolean },
): Promise<string> {
  const { account } = options;
  const password = randomBytes(24).toString('base64url');
  const unfinished = `${layout.cluster}.new`;
  const passwordForInitdb = join(layout.dataDir, 'initdb-password');
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordForInitdb, { force: true });
  await makeOwned(unfinished, account);
  await writeFile(passwordForInitdb, password, { mode: 0o600, flag: 'wx' });
  try {
    if (account !== null) await chown(passwordForInitdb, account.uid, account.gid);
    // The built-in locale gives the same order and case rules on every machine, whatever locales it has.
    const argv = [
      '-D',
      unfinished,
      '-U',
      SUPERUSER,
      '--auth=scram-sha-256',
      `--pwfile=${passwordForInitdb}`,
      '--encoding=UTF8',
    ];
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const speed = options.sync ? [] : ['--no-sync'];
    await run(binaries.initdb, [...argv, ...locale, ...speed], {
      timeout: 120_000,
      cwd: '/',
      env: { TZ: 'UTC' },
      ...(account ?? {}),
    });
  } catch (error) {
    const stderr =
      error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
        ? error.stderr.trim()
        : String(error);
    throw new EmbeddedPostgresError(
      `PostgreSQL could not make its data directory ${layout.cluster}: ${stderr}`,
      { cause: error },
    );
  } finally {
    await unlink(passwordForInitdb);
  }
  await writeDurably(layout.passwordFile, password);
  await rename(unfinished, layout.cluster);
  return password;
}

async function writeDurably(path: string, content: string): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  await file.writeFile(content);
  await file.sync();
  await file.close();
}

async function isEmptyOrAbsent(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

/**
 * The cluster's password, made together with the cluster at the first start. A first start that was killed half-way leaves no
 * cluster, since it gets its name last.
 */
export async function openCluster(
  layout: Layout,
  binaries: Binaries,
  options: { readonly account: RunAs; readonly sync: boolean },
): Promise<{ readonly password: string; readonly initialised: boolean }> {
  if (await isEmptyOrAbsent(layout.cluster))
    return { password: await initialise(layout, binaries, options), initialised: true };
  await checkMajor(layout.cluster, binaries.major);
  const password = await readIfThere(layout.passwordFile);
  if (password === null || password === '') {
    throw new EmbeddedPostgresError(
      `${layout.passwordFile} is missing, so the database in ${layout.cluster} cannot be opened. Restore that file from a backup of the data directory.`,
    );
  }
  return { password, initialised: false };
}
