import { chainEntries, GENESIS, type AuditEntry, type ChainPoint } from './chain.ts';

/** Changes of three people, one a line; `after` continues a chain. */
export function chainOf(count: number, after: ChainPoint = GENESIS): readonly AuditEntry[] {
  const records = Array.from({ length: count }, (_, index) => ({
    actor: { kind: 'person' as const, id: `p${index % 3}`, name: `Person ${index % 3}` },
    record: {
      action: 'group.create' as const,
      subject: { kind: 'group', id: `g${index}`, name: `Group ${index}` },
      detail: { index, of: count },
    },
  }));
  return chainEntries(after, { at: new Date('2026-11-22T09:00:00.000Z'), records });
}
