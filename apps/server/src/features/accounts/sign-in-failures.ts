import type { AuditRecord } from '@trustfleet/database';

/** A try to sign in that was turned down. */
export interface SignInFailure {
  readonly address: string;
  /** The account of the address that was typed; null for no account's: what was typed may be a password and is never kept. */
  readonly account: { readonly id: string; readonly name: string } | null;
}

const WINDOW_MS = 60_000;
/** Rows of their own in a minute: of one address, and of all. More are counted, and told in one row when the minute is over. */
const ROWS_OF_ADDRESS = 5;
const ROWS_OF_ALL = 60;
/** Addresses that are counted; the rest counts as one. */
const ADDRESSES = 1000;

/** Decides which failures get a row of the audit: guessing must leave a trace and must not fill the table. */
export class SignInFailures {
  private start = Number.NEGATIVE_INFINITY;
  private rows = 0;
  private unwritten = 0;
  private byAddress = new Map<string, number>();

  /** What to write for this failure. `now`: monotonic milliseconds. */
  add(failure: SignInFailure, now: number): readonly AuditRecord[] {
    const summary = this.flush(now);
    const count = (this.byAddress.get(failure.address) ?? 0) + 1;
    if (this.byAddress.size < ADDRESSES || count > 1) this.byAddress.set(failure.address, count);
    if (count > ROWS_OF_ADDRESS || this.rows >= ROWS_OF_ALL) {
      this.unwritten += 1;
      return summary;
    }
    this.rows += 1;
    return [...summary, recordOf(failure)];
  }

  /** The row of a minute that is over, if more happened in it than was written. */
  flush(now: number): readonly AuditRecord[] {
    if (now - this.start < WINDOW_MS) return [];
    const summary = this.unwritten === 0 ? [] : [summaryOf(this.unwritten, this.byAddress.size)];
    this.start = now;
    this.rows = 0;
    this.unwritten = 0;
    this.byAddress = new Map();
    return summary;
  }
}

function recordOf({ address, account }: SignInFailure): AuditRecord {
  return {
    action: 'session.failed',
    subject: { kind: 'account', id: account?.id ?? null, name: account?.name ?? null },
    detail: { address },
  };
}

function summaryOf(more: number, addresses: number): AuditRecord {
  return {
    action: 'session.failed',
    subject: { kind: 'account', id: null, name: null },
    detail: { more, addresses },
  };
}
