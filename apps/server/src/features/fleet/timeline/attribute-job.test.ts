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
    ['during the job', minute(20), came, job(), 'job'],
    ['with the scan that follows it', minute(31), came, job(), 'job'],
    ['with a report that overtook the event', minute(10), came, job(), 'job'],
    ['while it goes on, however long', minute(59), came, job({ finalAt: null }), 'job'],
    ['long after it', minute(32), came, job(), null],
    ['before it began', minute(9), came, job(), null],
    ['before it was ordered', minute(14), came, job({ createdAt: minute(15) }), null],
    ['another anchor', minute(20), came, job({ anchor: 'c'.repeat(64) }), null],
    ['an order about no anchor', minute(20), came, job({ anchor: null }), null],
    ['an anchor that left, and an apply', minute(20), went, job(), null],
    [
      'an anchor that left, and an apply that took itself back',
      minute(20),
      went,
      job({ undone: true }),
      'job',
    ],
    ['an anchor that left, and an undo', minute(20), went, job({ mode: 'undo' }), 'job'],
    ['an anchor that appeared, and an undo', minute(20), came, job({ mode: 'undo' }), null],
    ['a file of the same name', minute(20), [appeared({ kind: 'bundle', name: ANCHOR })], job(), null],
    ['nothing that can be named', minute(20), [], job(), null],
  ])('%s', (_name, at, differences, candidate, expected) => {
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
