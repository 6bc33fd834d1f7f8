import { CanonicalJsonError } from '@trustfleet/signing';
import { entryHash, GENESIS, type AuditEntry, type ChainPoint } from './chain.ts';

/** Where a chain stops being one, and why: a sentence for people. */
export interface BrokenLink {
  /** The number that should stand there. */
  readonly seq: number;
  readonly reason: string;
}

export type LinkResult =
  { readonly ok: true; readonly head: ChainPoint } | ({ readonly ok: false } & BrokenLink);

function hashOf(entry: AuditEntry): string | null {
  try {
    return entryHash(entry);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return null;
    throw error;
  }
}

function whyBroken(last: ChainPoint, entry: AuditEntry): string | null {
  if (entry.seq !== last.seq + 1)
    return `entry ${entry.seq} stands where entry ${last.seq + 1} should: entries were removed, added or moved`;
  if (entry.previous !== last.hash)
    return `entry ${entry.seq} does not follow the entry before it: it names another one's hash`;
  if (hashOf(entry) !== entry.hash)
    return `entry ${entry.seq} was changed: its content does not have its hash`;
  return null;
}

/** Whether `entry` follows `last`: one step, so that a chain of any length is checked in bounded memory. Begin with `GENESIS`. */
export function checkLink(last: ChainPoint, entry: AuditEntry): LinkResult {
  const reason = whyBroken(last, entry);
  return reason === null
    ? { ok: true, head: { seq: entry.seq, hash: entry.hash } }
    : { ok: false, seq: last.seq + 1, reason };
}

export interface VerifyOptions {
  /** The place after which `entries` begin; default: the beginning. */
  readonly from?: ChainPoint;
  /** A head that was saved earlier (or came signed): the chain must go through it. */
  readonly through?: ChainPoint;
}

function missedHead(through: ChainPoint, last: ChainPoint): BrokenLink | null {
  if (last.seq === through.seq && last.hash !== through.hash)
    return { seq: last.seq, reason: `entry ${last.seq} is not the one that the saved head names` };
  return null;
}

/** The first place where `entries` (oldest first) are no whole chain, or its end. */
export function verifyChain(entries: Iterable<AuditEntry>, options: VerifyOptions = {}): LinkResult {
  const { from = GENESIS, through } = options;
  let last = from;
  let broken = through === undefined ? null : missedHead(through, last);
  for (const entry of entries) {
    const step = checkLink(last, entry);
    if (!step.ok) return step;
    last = step.head;
    if (through !== undefined) broken ??= missedHead(through, last);
    if (broken !== null) return { ok: false, ...broken };
  }
  if (broken !== null) return { ok: false, ...broken };
  if (through !== undefined && last.seq < through.seq) {
    return {
      ok: false,
      seq: last.seq + 1,
      reason: `the chain ends at entry ${last.seq}, the saved head is entry ${through.seq}: the entries after it were removed`,
    };
  }
  return { ok: true, head: last };
}
