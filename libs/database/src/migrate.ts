export interface MigrationReport {
  /** Names applied by this call, in order. */
  readonly applied: readonly string[];
  /** How many there were already. */
  readonly present: number;
}

/**
 * Brings the database at `url` to the newest schema. Safe when several processes call it at once. Fails with `MigrationError`
 * when the database's history is not the one of this release, or with `DatabaseUnreachableError`.
 */
export declare function migrate(url: string): Promise<MigrationReport>;
