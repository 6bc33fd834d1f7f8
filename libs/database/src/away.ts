import { Prisma } from './connection.ts';
import { DatabaseUnreachableError } from './errors.ts';

/** PostgreSQL's classes of what is no statement's fault: connection, resources, shut-down; with them Prisma's of the same. */
const AWAY_STATES = /^(08|53|57P)/;
/** Not reachable, too slow to connect, socket too slow, connection closed, no connection free. */
const AWAY_CODES: ReadonlySet<string> = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
/** As node names a socket that cannot be had or is lost; `ENOENT` is a socket file that is not there. */
const SOCKET_CODES = /^(ECONN|ETIMEDOUT|EPIPE|EHOST|ENET|ENOTFOUND|EAI_|ENOENT|EMFILE)/;
/** What `pg` says without a code: the connection was lost under a statement, or none was to be had in time. */
const LOST =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** What the driver adapter says where PostgreSQL had no word left to say, which a raw statement's error passes on without a code of its own. */
const AWAY_KINDS: ReadonlySet<unknown> = new Set([
  'ConnectionClosed',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);

interface AdapterCause {
  readonly kind?: unknown;
  readonly originalCode?: unknown;
}

/** The adapter's error below Prisma's: its kind, or PostgreSQL's own code. */
function saysAway(error: Prisma.PrismaClientKnownRequestError): boolean {
  const adapter = error.meta?.['driverAdapterError'] as { cause?: AdapterCause } | undefined;
  const { kind, originalCode } = adapter?.cause ?? {};
  return AWAY_KINDS.has(kind) || (typeof originalCode === 'string' && AWAY_STATES.test(originalCode));
}

/**
 * Whether a failure of a repository says that the database is away (cannot be reached, shuts down, has nothing left), so that the next
 * statement would fail alike. False for what the statement itself, or what it was given, brought about.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DatabaseUnreachableError) return true;
  if (!(error instanceof Error)) return false;
  if (LOST.test(error.message)) return true;
  const code: unknown = 'code' in error ? error.code : null;
  if (typeof code !== 'string') return false;
  if (AWAY_CODES.has(code) || SOCKET_CODES.test(code) || AWAY_STATES.test(code)) return true;
  return error instanceof Prisma.PrismaClientKnownRequestError && saysAway(error);
}
