import { auditEntryView, auditHead, type AuditHead } from '@trustfleet/api';
import { checkLink, GENESIS, verifyAuditHead, type BrokenLink, type ChainPoint } from '@trustfleet/audit';
import type { SavedHead } from '../client/audit-heads.ts';

export type Verification =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly head: AuditHead['head'];
      readonly since: number | null;
    }
  | ({ readonly ok: false } & BrokenLink);

export interface VerifyExport {
  /** NDJSON: entries, oldest first, then the signed head (libs/api `auditExportQuery`). */
  readonly lines: AsyncIterable<string>;
  /** Heads verified earlier, by fleet id: an entry that was taken off the end shows only against one of these. */
  readonly saved: Readonly<Record<string, SavedHead>>;
  /** Told now and then how many entries were read. */
  readonly onProgress?: (entries: number) => void;
}

const PROGRESS_EVERY = 10_000;

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const broken = (seq: number, reason: string): Verification => ({ ok: false, seq, reason });

/** What the head itself says: whether it ends this chain, and who signed it. */
function checkHead(document: AuditHead, last: ChainPoint, saved: SavedHead | undefined): BrokenLink | null {
  const { head } = document;
  if (head.seq !== last.seq || head.hash !== last.hash)
    return {
      seq: last.seq + 1,
      reason: `the chain ends at entry ${last.seq}, the signed head names entry ${head.seq}`,
    };
  const trusted = { fleetId: head.fleetId, serverKey: saved?.serverKey ?? head.serverKey };
  const signed = verifyAuditHead(document, trusted);
  return signed.ok ? null : { seq: head.seq, reason: signed.reason };
}

/** The fleet's id stands in the database, its key in a file: under another id a chain that was cut would be that of a fleet never seen. */
function checkFleet({ head }: AuditHead, saved: VerifyExport['saved']): BrokenLink | null {
  const renamed = Object.entries(saved).some(
    ([fleetId, { serverKey }]) => serverKey === head.serverKey && fleetId !== head.fleetId,
  );
  const reason =
    'the key that signed the head was that of another fleet when it was verified before: the fleet’s id was changed';
  return renamed ? { seq: head.seq, reason } : null;
}

/**
 * Checks a whole export in bounded memory: every entry's hash and its place, the signed head, and that the chain still goes through
 * the head that was verified last time.
 */
export async function verifyExport({ lines, saved, onProgress }: VerifyExport): Promise<Verification> {
  let last: ChainPoint = GENESIS;
  /** Hash of each entry that a saved head names: which fleet this is stands only in the last line. */
  const atSaved = new Map<number, string>([[0, GENESIS.hash]]);
  const watched = new Set(Object.values(saved).map(({ seq }) => seq));
  for await (const line of lines) {
    const value = parseLine(line);
    const end = auditHead.safeParse(value);
    if (end.success) return conclude(end.data, { last, atSaved, saved });
    const entry = auditEntryView.safeParse(value);
    if (!entry.success) return broken(last.seq + 1, `what should be entry ${last.seq + 1} is no entry`);
    const step = checkLink(last, entry.data);
    if (!step.ok) return step;
    last = step.head;
    if (watched.has(last.seq)) atSaved.set(last.seq, last.hash);
    if (last.seq % PROGRESS_EVERY === 0) onProgress?.(last.seq);
  }
  return broken(last.seq + 1, 'the export has no signed head at its end: it was cut off');
}

function conclude(
  document: AuditHead,
  read: {
    readonly last: ChainPoint;
    readonly atSaved: ReadonlyMap<number, string>;
    readonly saved: VerifyExport['saved'];
  },
): Verification {
  const { head } = document;
  const before = Object.hasOwn(read.saved, head.fleetId) ? read.saved[head.fleetId] : undefined;
  const wrong = checkHead(document, read.last, before) ?? checkFleet(document, read.saved);
  if (wrong !== null) return { ok: false, ...wrong };
  if (before !== undefined && before.seq > read.last.seq)
    return broken(
      read.last.seq + 1,
      `the chain ends at entry ${read.last.seq}, and ${before.seq} entries were verified before: the last ones were removed`,
    );
  if (before !== undefined && read.atSaved.get(before.seq) !== before.hash)
    return broken(
      before.seq,
      `entry ${before.seq} is another one than when it was verified before: the chain was written anew`,
    );
  return { ok: true, entries: read.last.seq, head, since: before?.seq ?? null };
}
