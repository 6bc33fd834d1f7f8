import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from '../errors.ts';
import { systemErrorCode } from './processes.ts';

const run = promisify(execFile);
const ACCOUNT = 'postgres';

/** Account under which PostgreSQL runs; null: the one that we run as. PostgreSQL refuses to run as root. */
export type RunAs = { readonly uid: number; readonly gid: number } | null;

async function idOf(flag: '-u' | '-g'): Promise<number | null> {
  try {
    const { stdout } = await run('id', [flag, ACCOUNT], { timeout: 10_000 });
    return Number.parseInt(stdout, 10);
  } catch (error) {
    // id(1) ends with 1 when there is no such account.
    if (error instanceof Error && 'code' in error && error.code === 1) return null;
    throw new EmbeddedPostgresError(`Cannot look up the account "${ACCOUNT}" (id: ${String(error)}).`, {
      cause: error,
    });
  }
}

async function lookUp(): Promise<RunAs> {
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  return uid === null || gid === null ? null : { uid, gid };
}

async function createAccount(): Promise<void> {
  const argv = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    ACCOUNT,
  ];
  try {
    await run('useradd', argv, { timeout: 30_000 });
  } catch (error) {
    const why = systemErrorCode(error) === 'ENOENT' ? 'useradd is not installed' : String(error);
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root and there is no account "${ACCOUNT}" for it; making one failed (${why}). ` +
        `Make that account, start Trustfleet as an ordinary user, or name an external PostgreSQL in DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** The account for PostgreSQL: our own, or as root the account `postgres`, made when it is missing. */
export async function resolveAccount(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return null;
  const found = await lookUp();
  if (found !== null) return found;
  await createAccount();
  return await lookUp();
}
