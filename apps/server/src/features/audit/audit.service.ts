import type { AuditQuery, auditPage } from '@trustfleet/api';
import { signAuditHead } from '@trustfleet/audit';
import type { Database } from '@trustfleet/database';
import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { requirePlainText } from '../../http/plain-text.ts';

interface AuditOptions {
  readonly database: Pick<Database, 'audit'>;
  readonly fleetId: string;
  /** Signs heads. */
  readonly serverKey: KeyObject;
  readonly now: () => Date;
}

/** Entries in memory at once while a chain of any length is exported. */
const CHUNK = 500;

/** Reads the chain. */
export class AuditService {
  private readonly options: AuditOptions;

  constructor(options: AuditOptions) {
    this.options = options;
  }

  async page(query: AuditQuery): Promise<z.infer<typeof auditPage>> {
    requirePlainText({ q: query.q, action: query.action ?? '' });
    const { items, more } = await this.options.database.audit.page(query);
    return { items: [...items], more };
  }

  /**
   * The chain after `after` as lines of JSON (libs/api `auditExportQuery`), oldest first, then the signed head as it was when the
   * export began: what is written meanwhile is not in it.
   */
  async *export(after: number): AsyncGenerator<string> {
    const { database, fleetId, serverKey, now } = this.options;
    const at = now().toISOString();
    const head = await database.audit.head();
    for (let last = after; last < head.seq;) {
      const entries = await database.audit.range({ after: last, upTo: head.seq, limit: CHUNK });
      const end = entries.at(-1);
      // Taken out by who owns the database: the reader finds the gap.
      if (end === undefined) break;
      yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      last = end.seq;
    }
    yield `${JSON.stringify(signAuditHead({ fleetId, ...head, at }, serverKey))}\n`;
  }
}
