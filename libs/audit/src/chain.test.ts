import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalEntry, chainEntries, entryHash, GENESIS, type AuditRecord } from './chain.ts';
import { chainOf } from './chain.fixture.ts';
import { verifyChain } from './verify.ts';

const AT = new Date('2026-11-22T09:00:00.123Z');
const actor = { kind: 'person' as const, id: 'p', name: 'Kim' };
const record = (changes: Partial<AuditRecord> = {}): AuditRecord => ({
  action: 'host.revoke',
  subject: { kind: 'host', id: 'h', name: 'ws-1' },
  detail: { b: 1, a: [true, null, 'é'] },
  ...changes,
});

describe('an entry', () => {
  it('is hashed over exactly this text', () => {
    const [entry] = chainEntries(GENESIS, { at: AT, records: [{ actor, record: record() }] });

    const text =
      '{"action":"host.revoke","actor":{"id":"p","kind":"person","name":"Kim"},"at":"2026-11-22T09:00:00.123Z",' +
      '"detail":"{\\"a\\":[true,null,\\"é\\"],\\"b\\":1}",' +
      `"previous":"${'0'.repeat(64)}","seq":1,"subject":{"id":"h","kind":"host","name":"ws-1"}}`;
    expect(entry && canonicalEntry(entry)).toBe(text);
    expect(entry?.hash).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
  });

  it('names the hash of the one before', () => {
    const [first, second, third] = chainOf(3);

    expect(first).toMatchObject({ seq: 1, previous: '0'.repeat(64) });
    expect(second).toMatchObject({ seq: 2, previous: first?.hash });
    expect(third).toMatchObject({ seq: 3, previous: second?.hash });
  });

  it('has another hash when anything in it differs', () => {
    const [entry] = chainOf(1);
    if (entry === undefined) throw new Error('no entry');
    const others = [
      { ...entry, seq: 2 },
      { ...entry, at: '2026-11-22T09:00:00.001Z' },
      { ...entry, actor: { ...entry.actor, kind: 'host' as const } },
      { ...entry, actor: { ...entry.actor, id: null } },
      { ...entry, actor: { ...entry.actor, name: 'Person 00' } },
      { ...entry, action: 'group.creat' },
      { ...entry, subject: { ...entry.subject, kind: 'host' } },
      { ...entry, subject: { ...entry.subject, id: '' } },
      { ...entry, subject: { ...entry.subject, name: null } },
      { ...entry, detail: `${entry.detail} ` },
      { ...entry, previous: 'f'.repeat(64) },
    ];

    expect(new Set([entry, ...others].map(entryHash)).size).toBe(others.length + 1);
  });

  it('is made of whatever names people and hosts have, and stays verifiable', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.jsonValue(), (names, value) => {
        const records = names.map((name) => ({
          actor: { ...actor, name: `${name}\0\ud800` },
          record: record({ subject: { kind: 'host', id: name, name }, detail: { value, name, [name]: 1 } }),
        }));
        const entries = chainEntries(GENESIS, { at: AT, records });

        expect(verifyChain(entries)).toMatchObject({ ok: true, head: { seq: names.length } });
        for (const { actor: who, detail } of entries) {
          expect(who.name).not.toMatch(/[\0\p{Surrogate}]/u);
          expect(() => JSON.parse(detail) as unknown).not.toThrow();
        }
      }),
    );
  });
});
