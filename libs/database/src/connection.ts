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
  readonly atomically: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
  readonly statusCache: StatusCache;
}

const pools = new WeakMap<object, pg.Pool>();

/**
 * One statement of a hot path, past Prisma's client: measured, that costs more than PostgreSQL itself where bodies are its parameters
 * (200 bodies of 10 KB: 100 ms against 40). By itself it is one transaction; within an open one it is a part of that.
 */
export async function direct<Row>(client: Client, text: string, values: readonly unknown[]): Promise<Row[]> {
  const pool = pools.get(client);
  if (pool === undefined) return await client.$queryRawUnsafe<Row[]>(text, ...values);
  return (await pool.query(text, [...values])).rows as Row[];
}

/** A statement that takes longer holds up everything behind it; none of ours comes near. */
const STATEMENT_LIMIT_MS = 30_000;
const CONNECT_LIMIT_MS = 10_000;
const TRANSACTION_LIMITS = { maxWait: CONNECT_LIMIT_MS, timeout: STATEMENT_LIMIT_MS } as const;

const FORM = 'postgresql://account:password@host:port/name';

/** Fails with a sentence that does not repeat the text: it may hold a password. */
export function checkUrl(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || !['postgresql:', 'postgres:'].includes(parsed.protocol)) {
    throw new DatabaseUnreachableError(
      `DATABASE_URL is not of the form ${FORM}. Percent-encode special characters of the password.`,
    );
  }
}

/** Where the database is, for messages: without account and password. */
function placeOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${pathname.slice(1)} at ${searchParams.get('host') ?? `${hostname}:${port === '' ? '5432' : port}`}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's error for a name with several addresses has parts and no text.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error.message;
}

/** A sentence for every reason for which the database cannot be reached. */
export function unreachable(url: string, error: unknown): DatabaseUnreachableError {
  return new DatabaseUnreachableError(
    `The database ${placeOf(url)} does not answer: ${reasonOf(error)}. Check that PostgreSQL runs there and that DATABASE_URL (${FORM}) is right.`,
    { cause: error },
  );
}

export interface ClientOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly onPoolError: (error: Error) => void;
}

export function createClient(options: ClientOptions): {
  readonly client: PrismaClient;
  readonly pool: pg.Pool;
} {
  checkUrl(options.url);
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: STATEMENT_LIMIT_MS,
    application_name: 'trustfleet',
    // The adapter writes times without a zone: they mean UTC only if the session does.
    options: '-c TimeZone=UTC',
  });
  const adapter = new PrismaPg(pool, { disposeExternalPool: true, onPoolError: options.onPoolError });
  const client = new PrismaClient({ adapter, transactionOptions: TRANSACTION_LIMITS });
  pools.set(client, pool);
  return { client, pool };
}
