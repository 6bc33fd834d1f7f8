/** Base of every error that this library throws on purpose: the message is a sentence that may be shown. */
export abstract class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError';
}

/** The server does not answer or refuses us. */
export class DatabaseUnreachableError extends DatabaseError {
  override readonly name = 'DatabaseUnreachableError';
}

/** The schema's history and this release do not fit. */
export class MigrationError extends DatabaseError {
  override readonly name = 'MigrationError';
}

/** The embedded PostgreSQL cannot be initialised or started here. */
export class EmbeddedPostgresError extends DatabaseError {
  override readonly name = 'EmbeddedPostgresError';
}

/** An order names hosts that do not exist (any more). */
export class UnknownHostError extends DatabaseError {
  override readonly name = 'UnknownHostError';
  readonly hostIds: readonly string[];

  constructor(hostIds: readonly string[]) {
    super(`No such host: ${hostIds.join(', ')}. Reload the list of hosts and choose again.`);
    this.hostIds = hostIds;
  }
}
