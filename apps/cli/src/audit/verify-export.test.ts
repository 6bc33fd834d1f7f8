import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { chainEntries, GENESIS, signAuditHead, type AuditEntry, type ChainPoint } from '@trustfleet/audit';
import { exportPublicKey } from '@trustfleet/signing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyExport, type Verification } from './verify-export.ts';

const FLEET = '7d0e2b44-57a3-4a53-8c4e-0f6f4a3b1c11';
const AT = new Date('2026-11-22T10:00:00Z');
const key: KeyObject = generateKeyPairSync('ed25519').privateKey;
const actor = { kind: 'person', id: 'p1', name: 'Jun' } as const;

function entries(count: number): AuditEntry[] {
  const records = Array.from({ length: count }, (_, index) => ({
    actor,
    record: {
      action: 'order.create' as const,
      subject: { kind: 'order', id: randomUUID(), name: `Studio CA ${index}` },
      detail: { reason: `because ${index}`, hosts: index },
    },
  }));
  return [...chainEntries(GENESIS, { at: AT, records })];
}

const point = (list: readonly AuditEntry[]): ChainPoint => {
  const last = list.at(-1);
  return last === undefined ? GENESIS : { seq: last.seq, hash: last.hash };
};

const headLine = (at: ChainPoint, signer: KeyObject = key): string =>
  JSON.stringify(signAuditHead({ fleetId: FLEET, ...at, at: AT.toISOString() }, signer));

async function verify(lines: readonly string[], saved = {}): Promise<Verification> {
  async function* source(): AsyncGenerator<string> {
    for (const line of lines) yield await Promise.resolve(line);
  }
  return verifyExport({ lines: source(), saved });
}

const exported = (list: readonly AuditEntry[]): string[] => [
  ...list.map((entry) => JSON.stringify(entry)),
  headLine(point(list)),
];

describe('verifying an export', () => {
  it('takes a whole chain, and an empty one', async () => {
    const list = entries(5);

    expect(await verify(exported(list))).toMatchObject({ ok: true, entries: 5, since: null });
    expect(await verify(exported([]))).toMatchObject({ ok: true, entries: 0 });
  });

  it('finds one changed byte, wherever it is', async () => {
    const lines = exported(entries(6));
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: lines.length - 2 }),
        fc.nat(),
        fc.integer({ min: 1, max: 94 }),
        async (line, at, by) => {
          const original = lines[line]!;
          const index = at % original.length;
          const changed = String.fromCharCode(33 + ((original.charCodeAt(index) - 33 + by + 94) % 94));
          const altered = original.slice(0, index) + changed + original.slice(index + 1);
          // White space and another spelling of the same value are no change of what is said.
          fc.pre(altered !== original);
          const copy = lines.with(line, altered);
          const result = await verify(copy);
          expect(result.ok).toBe(false);
          if (!result.ok) expect(result.seq).toBe(line + 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds an entry taken out, two exchanged, one put in, and a missing head', async () => {
    const list = entries(4);
    const lines = exported(list);

    for (const broken of [
      lines.toSpliced(1, 1),
      [lines[1]!, lines[0]!, ...lines.slice(2)],
      lines.toSpliced(2, 0, lines[2]!),
    ])
      expect((await verify(broken)).ok).toBe(false);
    expect(await verify(lines.slice(0, -1))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('cut off') as string,
    });
  });

  it('finds entries removed from the end only against the head of the last check', async () => {
    const list = entries(5);
    const saved = { [FLEET]: { ...point(list), serverKey: exportPublicKey(key) } };
    const shorter = exported(list.slice(0, 3));

    expect(await verify(shorter)).toMatchObject({ ok: true });
    expect(await verify(shorter, saved)).toMatchObject({ ok: false, seq: 4 });
    expect(await verify(exported(list), saved)).toMatchObject({ ok: true, since: 5 });
  });

  it('finds a chain that was written anew', async () => {
    const saved = { [FLEET]: { ...point(entries(3)), serverKey: exportPublicKey(key) } };

    expect(await verify(exported(entries(4)), saved)).toMatchObject({
      ok: false,
      seq: 3,
      reason: expect.stringContaining('written anew') as string,
    });
  });

  it('finds a shorter chain under another fleet’s id', async () => {
    const list = entries(5);
    const saved = { [randomUUID()]: { ...point(list), serverKey: exportPublicKey(key) } };

    expect(await verify(exported(list.slice(0, 3)), saved)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('id was changed') as string,
    });
    const other = { [randomUUID()]: { ...point(list), serverKey: 'another fleet' } };
    expect(await verify(exported(list), other)).toMatchObject({ ok: true, since: null });
  });

  it('refuses a head of another key than last time, and a forged signature', async () => {
    const list = entries(2);
    const other = generateKeyPairSync('ed25519').privateKey;
    const saved = { [FLEET]: { ...point(list), serverKey: exportPublicKey(key) } };
    const lines = list.map((entry) => JSON.stringify(entry));
    const forged = JSON.parse(headLine(point(list))) as { head: { signature: string } };
    forged.head.signature = Buffer.alloc(64).toString('base64');

    expect(await verify([...lines, headLine(point(list), other)], saved)).toMatchObject({ ok: false });
    expect(await verify([...lines, JSON.stringify(forged)])).toMatchObject({ ok: false });
  });
});
