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

/** A chain that comes to the number of the saved head must be there with its hash. */
function passes(through: ChainPoint | undefined, last: ChainPoint): LinkResult {
  if (through === undefined || last.seq !== through.seq || last.hash === through.hash)
    return { ok: true, head: last };
  return { ok: false, seq: last.seq, reason: `entry ${last.seq} is not the one that the saved head names` };
}

function reaches(through: ChainPoint | undefined, last: ChainPoint): LinkResult {
  if (through === undefined || last.seq >= through.seq) return { ok: true, head: last };
  return {
    ok: false,
    seq: last.seq + 1,
    reason: `the chain ends at entry ${last.seq}, the saved head is entry ${through.seq}: the entries after it were removed`,
  };
}

/** The first place where `entries` (oldest first) are no whole chain, or its end. */
export function verifyChain(entries: Iterable<AuditEntry>, options: VerifyOptions = {}): LinkResult {
  const { from = GENESIS, through } = options;
  let last = passes(through, from);
  for (const entry of entries) {
    if (!last.ok) return last;
    const step = checkLink(last.head, entry);
    last = step.ok ? passes(through, step.head) : step;
  }
  return last.ok ? reaches(through, last.head) : last;
}
