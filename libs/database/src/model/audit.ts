import type { Actor, AuditEntry, AuditRecord, ChainPoint } from '@trustfleet/audit';
import type { AuditQuery } from '@trustfleet/api';

export type { Actor, AuditEntry, AuditRecord, ChainPoint };

/** The server's own doings. */
export const SERVER: Actor = { kind: 'server', id: null, name: 'Trustfleet' };

/** A record with who did it: a batch may hold those of many hosts. */
export interface ActedRecord {
  readonly actor: Actor;
  readonly record: AuditRecord;
}

/** What a change did, and what is recorded of it in the same transaction. */
export interface Change<T> {
  readonly result: T;
  /** Empty: nothing is to be changed, and whatever was written is undone. */
  readonly audit: readonly AuditRecord[];
}

export interface AuditRepository {
  /** The newest entry's place; libs/audit `GENESIS` when there is none. */
  head(): Promise<ChainPoint>;
  /** Newest first, filtered; `more`: there is another page. `q` looks in the names of actor and subject and in the detail. */
  page(query: AuditQuery): Promise<{ readonly items: readonly AuditEntry[]; readonly more: boolean }>;
  /** Oldest first, later than `after` up to and with `upTo`, at most `limit`. */
  range(range: {
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
  }): Promise<readonly AuditEntry[]>;
}
