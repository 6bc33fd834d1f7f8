import type { AuditAction, AuditEntryView } from '@trustfleet/api';
import { canonicalJson, sha256Hex } from '@trustfleet/signing';

/** One entry as it stands in the database, in the API and in an export. */
export type AuditEntry = AuditEntryView;

/** Who did it; the name stays on record when the account goes. */
export type Actor = AuditEntry['actor'];

/** What libs/signing `canonicalJson` takes; never a token, a password or the hash of one. */
export type AuditDetail = Readonly<Record<string, unknown>>;

/** What was done, before it has its place in the chain. */
export interface AuditRecord {
  readonly action: AuditAction;
  readonly subject: { readonly kind: string; readonly id: string | null; readonly name: string | null };
  readonly detail: AuditDetail;
}

/** An entry's place: its number and its hash. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: string;
}

/** The place before the first entry: 64 zeros stand for the hash that it has no predecessor for. */
export const GENESIS: ChainPoint = { seq: 0, hash: '0'.repeat(64) };

/** The text that an entry's hash is over: canonical JSON (RFC 8785) of the entry without `hash`, with `previous`. */
export function canonicalEntry(entry: Omit<AuditEntry, 'hash'>): string {
  const { seq, at, actor, action, subject, detail, previous } = entry;
  return canonicalJson({
    seq,
    at,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    action,
    subject: { kind: subject.kind, id: subject.id, name: subject.name },
    detail,
    previous,
  });
}

/** SHA-256 of `canonicalEntry`, lower-case hex. */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  return sha256Hex(canonicalEntry(entry));
}

/** Text of a person or a host as PostgreSQL keeps it and JSON can say it: without U+0000 and lone surrogates. */
function plain(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}

function plainOrNull(text: string | null): string | null {
  return text === null ? null : plain(text);
}

/** The same value with every text made plain, so that a hostile name never keeps a change from being recorded. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [plain(name), plainValue(member)]),
    );
  return value;
}

/**
 * The entries that follow `last`, in the order of `records`.
 * @throws CanonicalJsonError where a detail is no JSON
 */
export function chainEntries(
  last: ChainPoint,
  written: {
    readonly at: Date;
    readonly records: readonly { readonly actor: Actor; readonly record: AuditRecord }[];
  },
): readonly AuditEntry[] {
  const at = written.at.toISOString();
  let { seq, hash: previous } = last;
  return written.records.map(({ actor, record }) => {
    seq += 1;
    const entry = {
      seq,
      at,
      actor: { kind: actor.kind, id: plainOrNull(actor.id), name: plain(actor.name) },
      action: record.action,
      subject: {
        kind: record.subject.kind,
        id: plainOrNull(record.subject.id),
        name: plainOrNull(record.subject.name),
      },
      detail: canonicalJson(plainValue(record.detail)),
      previous,
    };
    const hash = entryHash(entry);
    previous = hash;
    return { ...entry, hash };
  });
}
