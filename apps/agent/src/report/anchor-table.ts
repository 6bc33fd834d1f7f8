import type { CertificateFacts } from '@trustfleet/certificates';
import type { AnchorOrigin, AnchorTrust } from '@trustfleet/protocol';
import { clip } from '@trustfleet/protocol';
import { columns, plain } from '@trustfleet/terminal';
import { BY_CONCERN, classWords } from './anchor-class.ts';
import type { StoreRow } from './store-rows.ts';

const TRUST_WORDS: Record<AnchorTrust, string> = {
  servers: 'servers',
  otherPurposes: 'not servers',
  distrusted: 'DISTRUSTED',
  deselected: 'left out',
};

const ORIGIN_WORDS: Record<AnchorOrigin, string> = {
  vendor: 'system',
  local: 'local',
  policy: 'policy',
  user: 'user',
  unknown: '-',
};

/** A name of others may be of any length; a table's columns are as wide as their widest cell. */
const NAME_WIDTH = 56;

/** What a person calls it: its CN, else its last OU, else all of its subject; safe to print. */
export function anchorName(facts: CertificateFacts | null, given: string | null): string {
  const name = facts?.commonName ?? (facts === null ? given : shortName(facts.subject));
  return clip(plain(name === null || name === '' ? '-' : name), NAME_WIDTH);
}

/** The last CN of a subject on one line, else its last OU (Starfield Class 2 and its like, trust-stores.md §10), else all of it. */
export function shortName(subject: string): string {
  const parts = subject.split(/, (?=[\w.]+=)/);
  const last = (type: string): string | undefined =>
    parts.findLast((part) => part.startsWith(`${type}=`))?.slice(type.length + 1);
  return last('CN') ?? last('OU') ?? subject;
}

/** One line an anchor, the ones to look at first. */
export function anchorTable(rows: readonly StoreRow[], now: Date, indent: string): string[] {
  const concern = ({ class: known }: StoreRow): number =>
    known === null ? 0 : BY_CONCERN.indexOf(known.kind);
  const lines = rows
    .map((row) => ({ row, name: anchorName(row.facts, row.name) }))
    .toSorted((a, b) => concern(a.row) - concern(b.row) || (a.name < b.name ? -1 : 1))
    .map(({ row, name }) => [
      name,
      classWords(row.class),
      untilWords(row.notAfter, now),
      trustWords(row),
      ORIGIN_WORDS[row.origin],
      row.sha256,
      plain(placeWords(row)),
    ]);
  return columns([['NAME', 'WHAT IS KNOWN', 'UNTIL', 'TRUST', 'FROM', 'SHA-256', 'WHERE'], ...lines], indent);
}

export const trustWords = ({ trust, purposes, facts }: StoreRow): string =>
  `${TRUST_WORDS[trust]}${purposes === null && !facts?.nameConstraints ? '' : ', limited'}`;

function untilWords(notAfter: Date | null, now: Date): string {
  if (notAfter === null) return '-';
  return `${notAfter.toISOString().slice(0, 10)}${notAfter < now ? ' EXPIRED' : ''}`;
}

/** Where it lies, what the store calls it, and what limits it. */
function placeWords({ location, name, purposes, facts }: StoreRow): string {
  const limits = [...(facts?.nameConstraints?.permitted ?? []), ...(purposes ?? [])];
  return [
    location ?? '',
    name === null || facts === null || name === facts.commonName
      ? ''
      : JSON.stringify(clip(name, NAME_WIDTH)),
    limits.length === 0 ? '' : `only ${clip(limits.join(', '), 2 * NAME_WIDTH)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
