import { randomUUID } from 'node:crypto';
import { appendFile, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prunable } from './job-archive.ts';
import type { JournalEntry } from './journal/entries.ts';
import type { Journal } from './journal/journal.ts';
import { createLab, type Lab } from './testing/lab.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const DAY = 86_400_000;

/** A finished job of so many days ago. */
function finished(
  daysAgo: number,
  what: { changed: boolean; bytes?: number; acknowledged?: boolean },
): Journal {
  const event = {
    ...{ eventId: randomUUID(), index: 1, state: 'verified', undone: false },
    at: new Date(NOW.getTime() - daysAgo * DAY).toISOString(),
  } as JobEvent;
  const entries = [
    { kind: 'accepted', order: { mode: 'apply' }, job: { attempt: 1 } },
    ...(what.changed ? [{ kind: 'stepStarted', step: 's', inverse: {} }] : []),
    { kind: 'final', event },
    ...(what.acknowledged === false ? [] : [{ kind: 'acknowledged', eventIds: [event.eventId] }]),
  ] as unknown as JournalEntry[];
  return {
    jobId: randomUUID(),
    entries,
    size: () => what.bytes ?? 1000,
    append: () => Promise.reject(new Error('not in this test')),
  };
}
const many = (count: number, make: (index: number) => Journal): Journal[] =>
  Array.from({ length: count }, (_none, index) => make(index));

describe('which journals go', () => {
  it('of jobs that changed nothing, the newest 200 stay', () => {
    const journals = many(203, (index) => finished(index, { changed: false }));

    expect(prunable(journals, NOW)).toEqual(journals.slice(200));
  });

  it('a change that can be taken back stays for 90 days, however many other jobs came since', () => {
    const change = finished(89, { changed: true });
    const old = finished(91, { changed: true });
    const others = many(300, () => finished(1, { changed: false }));

    const gone = prunable([change, old, ...others], NOW);

    expect(gone).not.toContain(change);
    expect(gone).toContain(old);
  });

  it('is bounded by number and by bytes: then the oldest changes go first', () => {
    const numerous = many(2300, (index) => finished(index / 100, { changed: true }));
    expect(new Set(prunable(numerous, NOW))).toEqual(new Set(numerous.slice(2200)));

    const large = many(220, (index) => finished(index / 100, { changed: true, bytes: 8 * 1024 * 1024 }));
    expect(new Set(prunable(large, NOW))).toEqual(new Set(large.slice(208)));
  });

  it('never one with an event that the server has not acknowledged', () => {
    const journals = many(300, (index) => finished(index, { changed: false, acknowledged: false }));

    expect(prunable(journals, NOW)).toEqual([]);
  });
});

describe('a journal of a newer release', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await createLab();
  });
  afterEach(() => lab.remove());

  it('is left alone to the byte, and its job does not run when it is brought again', async () => {
    const jobId = randomUUID();
    const message = lab.message({ job: { jobId } });
    const first = await lab.repair();
    await first.accept(message);
    await first.idle();
    const path = join(lab.stateDir, 'journal', jobId, 'journal.jsonl');
    await appendFile(path, '{"kind":"ofTheFuture","what":1}\n');
    const before = await readFile(path);
    const count = lab.events.length;

    const second = await lab.repair();
    await second.recover();
    await second.accept(message);
    await second.idle();

    expect(await readFile(path)).toEqual(before);
    expect(lab.events).toHaveLength(count);
    expect(await readdir(join(lab.stateDir, 'journal'))).toEqual([jobId]);
  });
});
