import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { DatabaseUnreachableError } from './errors.ts';
import { Prisma, PrismaClient } from './generated/prisma/client.ts';
import type { StatusCache } from './repositories/policies.ts';

export { Prisma };
/** What a repository talks to: the pool, or one transaction. */
export type Client = Prisma.TransactionClient;

/** What every repository gets. */
export interface Context {
  readonly client: Client;
  /** Runs `work` in a transaction: a new one, or the one that is open already. */
  atomically<T>(work: (client: Client) => Promise<T>): Promise<T>;
  readonly statusCache: StatusCache;
}

/** A statement that takes longer holds up everything behind it; none of ours comes near. */
const STATEMENT_LIMIT_MS = 30_000;
const CONNECT_LIMIT_MS = 10_000;
export const TRANSACTION_LIMITS = { maxWait: CONNECT_LIMIT_MS, timeout: STATEMENT_LIMIT_MS } as const;

/** Where the database is, for messages: without account and password. */
export function placeOf(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    const socket = searchParams.get('host');
    return `${pathname.slice(1)} at ${socket ?? `${hostname}:${port === '' ? '5432' : port}`}`;
  } catch (error) {
    if (error instanceof TypeError) return 'an address that is no URL';
    throw error;
  }
}

/** A sentence for every reason for which the database cannot be reached. */
export function unreachable(url: string, error: unknown): DatabaseUnreachableError {
  const why = error instanceof Error ? (error.message === '' ? error.name : error.message) : String(error);
  return new DatabaseUnreachableError(
    `The database ${placeOf(url)} does not answer: ${why}. Check that PostgreSQL runs there and that DATABASE_URL (postgresql://account:password@host:port/name) is right.`,
    { cause: error },
  );
}

export interface ClientOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly onPoolError: (error: Error) => void;
}

export function createClient(options: ClientOptions): PrismaClient {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: STATEMENT_LIMIT_MS,
    application_name: 'trustfleet',
    // The adapter writes times without a zone: they mean UTC only if the session does.
    options: '-c TimeZone=UTC',
  });
  return new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: true, onPoolError: options.onPoolError }),
    transactionOptions: TRANSACTION_LIMITS,
  });
}
