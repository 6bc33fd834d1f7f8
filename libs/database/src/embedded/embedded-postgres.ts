import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from '../errors.ts';
import { resolveAccount } from './account.ts';
import { prepareBinaries } from './binaries.ts';
import { openCluster, prepareLayout, removeLayout, SUPERUSER, type Layout } from './cluster.ts';
import { claimDirectory, clearLeftovers, endPostmaster } from './ownership.ts';
import { startPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.ts';
import { isAlive } from './processes.ts';

/** Name of the database that the server uses. */
const DATABASE = 'trustfleet';
/** Names the socket file; nothing listens on this TCP port unless `port` asks for it. */
const SOCKET_PORT = 5432;
/** A killed postmaster's children need a moment to let go of its shared memory. */
const START_ATTEMPTS = 5;
const RESTART_ATTEMPTS = 20;
const MAX_DELAY_MS = 10_000;

export interface EmbeddedPostgresOptions {
  /** Directory of its own, e.g. `<TRUSTFLEET_DATA_DIR>/pg`: cluster, password (0600) and socket live in it. Made when absent. */
  readonly dataDir: string;
  /** Listen on this loopback TCP port too (for psql and the like); default: the private unix socket alone. */
  readonly port?: number;
  /** `off`: survives a killed process, but not a machine that loses power. Tests only. Default `on`. */
  readonly fsync?: 'on' | 'off';
  /** What happens to it: crashed, restarted, gave up. Sentences without secrets. */
  readonly onEvent?: (event: EmbeddedPostgresEvent) => void;
}

export interface EmbeddedPostgresEvent {
  readonly kind: 'initialised' | 'recovered' | 'exited' | 'restarted' | 'failed';
  readonly message: string;
}

export interface EmbeddedPostgres {
  /** Connection string of the database `trustfleet`, with its password; the same after a restart. Never log it. */
  readonly url: string;
  /** Process id of the postmaster that runs now. */
  readonly pid: number;
  /** Fast shutdown; resolves when the process is gone. Idempotent. */
  stop(): Promise<void>;
}

interface Target {
  readonly layout: Layout;
  readonly port: number;
  readonly password: string;
}

/** Over the unix socket: no one without access to the directory gets as far as the password. */
function connectionString(target: Target, database: string): string {
  const credentials = `${SUPERUSER}:${encodeURIComponent(target.password)}`;
  return `postgresql://${credentials}@localhost:${String(target.port)}/${database}?host=${encodeURIComponent(target.layout.socket)}`;
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Doubling delay with jitter, so that many servers on one machine do not march in step. */
async function backOff(attempt: number): Promise<void> {
  await sleep(Math.min(MAX_DELAY_MS, 200 * 2 ** attempt) * (0.5 + Math.random() / 2));
}

async function startWithRetry(options: PostmasterOptions, attempts: number): Promise<Postmaster> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await startPostmaster(options);
    } catch (error) {
      const mayPass =
        error instanceof EmbeddedPostgresError && /shared memory block|lock file/.test(error.message);
      if (!mayPass || attempt + 1 >= attempts) throw error;
      await backOff(attempt);
    }
  }
}

/** Keeps one postmaster running until told to stop. */
class Supervisor {
  readonly #options: PostmasterOptions;
  readonly #report: (event: EmbeddedPostgresEvent) => void;
  #current: Postmaster;
  #stopping = false;
  #watch: Promise<void>;

  constructor(first: Postmaster, options: PostmasterOptions, report: (event: EmbeddedPostgresEvent) => void) {
    this.#current = first;
    this.#options = options;
    this.#report = report;
    this.#watch = this.#run();
  }

  get pid(): number {
    return this.#current.pid;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const reason = await this.#current.ended;
      if (!this.#isStopping()) await this.#revive(reason);
    }
  }

  /** A method, since a stop may come while something is awaited. */
  #isStopping(): boolean {
    return this.#stopping;
  }

  async #revive(reason: string): Promise<void> {
    this.#report({
      kind: 'exited',
      message: `PostgreSQL ended unexpectedly (${reason}); it is started again. See ${this.#options.layout.log}.`,
    });
    for (let attempt = 0; attempt < RESTART_ATTEMPTS && !this.#isStopping(); attempt += 1) {
      await backOff(attempt);
      try {
        this.#current = await startWithRetry(this.#options, START_ATTEMPTS);
        this.#report({ kind: 'restarted', message: `PostgreSQL runs again (process ${this.#current.pid}).` });
        return;
      } catch (error) {
        this.#report({ kind: 'exited', message: error instanceof Error ? error.message : String(error) });
      }
    }
    if (this.#isStopping()) return;
    this.#stopping = true;
    this.#report({
      kind: 'failed',
      message: `PostgreSQL could not be started again. Correct what ${this.#options.layout.log} says, then start the server again.`,
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await endPostmaster(this.#current.pid);
    await this.#watch;
    // A restart that was under way when the stop came.
    await endPostmaster(this.#current.pid);
  }

  /** For the end of the process: no time to wait. */
  interrupt(): void {
    if (!this.#stopping && isAlive(this.#current.pid)) process.kill(this.#current.pid, 'SIGINT');
  }
}

async function launchCluster(
  options: EmbeddedPostgresOptions,
  report: (event: EmbeddedPostgresEvent) => void,
): Promise<EmbeddedPostgres> {
  const account = await resolveAccount();
  const layout = await prepareLayout(options.dataDir, account);
  const undo: (() => Promise<void>)[] = [() => removeLayout(layout)];
  const cleanUp = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    undo.push(await claimDirectory(options.dataDir));
    const fsync = options.fsync ?? 'on';
    const binaries = await prepareBinaries({ account, copyDir: options.dataDir });
    const cluster = await openCluster(layout, binaries, { account, sync: fsync === 'on' });
    if (cluster.initialised)
      report({
        kind: 'initialised',
        message: `PostgreSQL ${binaries.major} was initialised in ${layout.cluster}.`,
      });
    const leftover = await clearLeftovers(layout.cluster);
    if (leftover !== null) report({ kind: 'recovered', message: leftover });
    const target = { layout, port: options.port ?? SOCKET_PORT, password: cluster.password };
    const adminUrl = connectionString(target, 'postgres');
    const parts = {
      program: binaries.postgres,
      account,
      layout,
      port: target.port,
      tcp: options.port !== undefined,
      fsync,
      adminUrl,
    };
    const supervisor = new Supervisor(await startWithRetry(parts, START_ATTEMPTS), parts, report);
    undo.push(() => supervisor.stop());
    await ensureDatabase(adminUrl);
    return handle(supervisor, connectionString(target, DATABASE), cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

function handle(supervisor: Supervisor, url: string, cleanUp: () => Promise<void>): EmbeddedPostgres {
  const onExit = (): void => {
    supervisor.interrupt();
  };
  process.once('exit', onExit);
  let stopped: Promise<void> | null = null;
  return {
    url,
    get pid() {
      return supervisor.pid;
    },
    stop() {
      stopped ??= cleanUp().then(() => {
        process.off('exit', onExit);
      });
      return stopped;
    },
  };
}

/**
 * Initialises (first start) and starts PostgreSQL, as an ordinary user or as root (then as the account `postgres`, made when
 * absent). An orphan or a stale postmaster.pid of a killed server is cleared; a postmaster that dies is started again.
 * Fails with `EmbeddedPostgresError`: data directory of another major, in use by another server, not reachable, not writable.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return await launchCluster(options, options.onEvent ?? (() => undefined));
}
