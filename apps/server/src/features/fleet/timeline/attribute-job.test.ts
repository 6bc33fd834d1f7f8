import type { SectionDifference } from '@trustfleet/api';
import { describe, expect, it } from 'vitest';
import { attributeJob, type ChangingJob } from './attribute-job.ts';
import { appeared, left } from './difference.ts';

const ANCHOR = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const minute = (n: number) => new Date(Date.UTC(2026, 10, 22, 9, n));

const job = (changes: Partial<ChangingJob> = {}): ChangingJob => ({
  id: 'job',
  mode: 'apply',
  anchor: ANCHOR,
  createdAt: minute(0),
  applyingAt: minute(20),
  finalAt: minute(21),
  undone: false,
  ...changes,
});
const anchor = (sha256: string) => ({ kind: 'anchor' as const, name: sha256, where: '/x', anchor: sha256 });
const came: SectionDifference[] = [appeared(anchor(OTHER)), appeared(anchor(ANCHOR))];
const went: SectionDifference[] = [left(anchor(ANCHOR))];

describe('attributeJob', () => {
  it.each([
    { name: 'during the job', at: minute(20), differences: came, candidate: job(), expected: 'job' },
    {
      name: 'with the scan that follows it',
      at: minute(31),
      differences: came,
      candidate: job(),
      expected: 'job',
    },
    {
      name: 'with a report that overtook the event',
      at: minute(10),
      differences: came,
      candidate: job(),
      expected: 'job',
    },
    {
      name: 'while it goes on, however long',
      at: minute(59),
      differences: came,
      candidate: job({ finalAt: null }),
      expected: 'job',
    },
    { name: 'long after it', at: minute(32), differences: came, candidate: job(), expected: null },
    { name: 'before it began', at: minute(9), differences: came, candidate: job(), expected: null },
    {
      name: 'before it was ordered',
      at: minute(14),
      differences: came,
      candidate: job({ createdAt: minute(15) }),
      expected: null,
    },
    {
      name: 'another anchor',
      at: minute(20),
      differences: came,
      candidate: job({ anchor: 'c'.repeat(64) }),
      expected: null,
    },
    {
      name: 'an order about no anchor',
      at: minute(20),
      differences: came,
      candidate: job({ anchor: null }),
      expected: null,
    },
    {
      name: 'an anchor that left, and an apply',
      at: minute(20),
      differences: went,
      candidate: job(),
      expected: null,
    },
    {
      name: 'an anchor that left, and an apply that took itself back',
      at: minute(20),
      differences: went,
      candidate: job({ undone: true }),
      expected: 'job',
    },
    {
      name: 'an anchor that left, and an undo',
      at: minute(20),
      differences: went,
      candidate: job({ mode: 'undo' }),
      expected: 'job',
    },
    {
      name: 'an anchor that appeared, and an undo',
      at: minute(20),
      differences: came,
      candidate: job({ mode: 'undo' }),
      expected: null,
    },
    {
      name: 'a file of the same name',
      at: minute(20),
      differences: [appeared({ kind: 'bundle', name: ANCHOR })],
      candidate: job(),
      expected: null,
    },
    { name: 'nothing that can be named', at: minute(20), differences: [], candidate: job(), expected: null },
  ])('$name', ({ at, differences, candidate, expected }) => {
    expect(attributeJob({ at, differences }, [candidate])).toBe(expected);
  });

  it('of two jobs that fit the newer one, in whatever order they come', () => {
    const [older, newer] = [
      job({ id: 'older' }),
      job({ id: 'newer', applyingAt: minute(22), finalAt: null }),
    ];

    for (const jobs of [
      [older, newer],
      [newer, older],
    ])
      expect(attributeJob({ at: minute(23), differences: came }, jobs)).toBe('newer');
  });
});
