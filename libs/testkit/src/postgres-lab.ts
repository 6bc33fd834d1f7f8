/** What a lab needs from `@trustfleet/database`; passed in, because the testkit imports no adapter. */
export interface PostgresLabParts {
  /** `startEmbeddedPostgres` of libs/database. */
  readonly start: (options: { readonly dataDir: string; readonly fsync: 'off' }) => Promise<RunningPostgres>;
  /** `migrate` of libs/database. */
  readonly migrate: (url: string) => Promise<unknown>;
}

export interface RunningPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

export interface PostgresLab {
  /** A migrated, empty database of its own, cloned from a template. Connection string. */
  freshDatabase(): Promise<string>;
  /** A database without any schema. Connection string. */
  emptyDatabase(): Promise<string>;
  /** Stops PostgreSQL and removes its directory. */
  stop(): Promise<void>;
}

/** One embedded PostgreSQL in a temporary directory. Start it once per test file (or in a global set-up), then clone per test. */
export declare function startPostgresLab(parts: PostgresLabParts): Promise<PostgresLab>;
