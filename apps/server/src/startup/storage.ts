import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  DatabaseError,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  type Database,
} from '@trustfleet/database';
import type { Logger } from '../logging/logger.ts';
import { makeDirectory, makePrivateDirectory } from './private-files.ts';
import { directoryError, StartupError, systemCode } from './startup-error.ts';

/** The open database and, where it is our own, the server behind it. */
export interface Storage {
  readonly database: Database;
  stop(): Promise<void>;
}

interface StorageOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly logger: Logger;
}

/** Makes the data directory and those parts of it that only this account may enter. @throws StartupError */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    // The directory itself stays open for others to pass: PostgreSQL may run under its own account below it.
    await makeDirectory(dataDir, 0o755);
    await makePrivateDirectory(join(dataDir, 'run'));
    await makePrivateDirectory(join(dataDir, 'keys'));
  } catch (error) {
    throw directoryError(error, dataDir);
  }
}

/** A server that lives answers on its private socket: a second one must not take its files away. @throws StartupError */
export async function requireUnused(dataDir: string, apiSocket: string): Promise<void> {
  const socket = connect(apiSocket);
  try {
    await once(socket, 'connect');
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(systemCode(error) ?? '')) return;
    throw directoryError(error, dataDir);
  } finally {
    socket.destroy();
  }
  throw new StartupError(
    `Another Trustfleet server uses ${dataDir}. Stop it, or set TRUSTFLEET_DATA_DIR to a directory of its own.`,
  );
}

/** Opens the database, starting and migrating it as needed. @throws StartupError with one sentence */
export async function openStorage({ dataDir, databaseUrl, logger }: StorageOptions): Promise<Storage> {
  try {
    return databaseUrl === null ? await openEmbedded(dataDir, logger) : await openAt(databaseUrl, logger);
  } catch (error) {
    if (error instanceof DatabaseError) throw new StartupError(error.message, { cause: error });
    throw directoryError(error, dataDir);
  }
}

async function openEmbedded(dataDir: string, logger: Logger): Promise<Storage> {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dataDir, 'pg'),
    onEvent: (event) => {
      logger[event.kind === 'failed' || event.kind === 'exited' ? 'error' : 'info'](
        { part: 'postgres', kind: event.kind },
        event.message,
      );
    },
  });
  try {
    const storage = await openAt(postgres.url, logger);
    return {
      database: storage.database,
      stop: async () => {
        await storage.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function openAt(url: string, logger: Logger): Promise<Storage> {
  const report = await migrate(url);
  if (report.applied.length > 0) logger.info({ applied: report.applied }, 'database migrated');
  const database = await openDatabase({
    url,
    onPoolError: (error) => {
      logger.warn({ err: error }, 'database connection lost');
    },
  });
  return { database, stop: () => database.close() };
}
