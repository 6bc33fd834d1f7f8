export interface EmbeddedPostgresOptions {
  /** Directory of its own, e.g. `<TRUSTFLEET_DATA_DIR>/pg`: cluster, password (0600) and socket live in it. Made when absent. */
  readonly dataDir: string;
  /** Listen on this loopback TCP port too (for psql and the like); default: the private unix socket alone. */
  readonly port?: number;
  /** `off` gives up crash safety for speed: tests only. Default `on`. */
  readonly fsync?: 'on' | 'off';
  /** What happens to it after the start: crashed, restarted, gave up. Sentences without secrets. */
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

/**
 * Initialises (first start) and starts PostgreSQL, as an ordinary user or as root (then as the account `postgres`, made when
 * absent). An orphan or a stale postmaster.pid of a killed server is cleared; a postmaster that dies is started again.
 * Fails with `EmbeddedPostgresError`: data directory of another major, in use by another server, not reachable, not writable.
 */
export declare function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres>;
