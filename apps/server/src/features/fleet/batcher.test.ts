import { DatabaseUnreachableError } from '@trustfleet/database';
import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.ts';

function doubling(poison?: number) {
  const batches: number[][] = [];
  const run = (batch: readonly number[]) => {
    batches.push([...batch]);
    return poison !== undefined && batch.includes(poison)
      ? Promise.reject(new Error('poison'))
      : Promise.resolve(batch.map((n) => n * 2));
  };
  return { batches, run };
}

describe('batcher', () => {
  it('puts what comes together into one batch and gives each its own answer', async () => {
    const { batches, run } = doubling();
    const batcher = new Batcher({ run, delayMs: 1, maxItems: 10 });

    expect(await Promise.all([1, 2, 3].map((n) => batcher.add(n)))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('does not wait for company beyond its weight', async () => {
    const { batches, run } = doubling();
    const batcher = new Batcher({ run, delayMs: 3_600_000, maxItems: 100, weigh: (n) => n, maxWeight: 10 });

    await Promise.all([4, 5, 1, 10].map((n) => batcher.add(n)));

    expect(batches).toEqual([[4, 5, 1], [10]]);
  });

  it('does not wait for company beyond its size', async () => {
    const { batches, run } = doubling();
    const batcher = new Batcher({ run, delayMs: 3_600_000, maxItems: 2 });

    await Promise.all([1, 2].map((n) => batcher.add(n)));

    expect(batches).toEqual([[1, 2]]);
  });

  it('lets one bad item harm no other', async () => {
    const { run } = doubling(2);
    const batcher = new Batcher({ run, delayMs: 1, maxItems: 10 });

    const results = await Promise.allSettled([1, 2, 3].map((n) => batcher.add(n)));

    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('lets many bad items in a row harm no other', async () => {
    const run = (batch: readonly number[]) =>
      batch.some((n) => n < 9)
        ? Promise.reject(new Error('poison'))
        : Promise.resolve(batch.map((n) => n * 2));
    const batcher = new Batcher({ run, delayMs: 1, maxItems: 10 });

    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => batcher.add(n)));

    expect(results.map(({ status }) => status)).toEqual([...Array<string>(9).fill('rejected'), 'fulfilled']);
  });

  it('gives the rest up when the database goes away among bad items', async () => {
    let runs = 0;
    const run = () => {
      runs += 1;
      return Promise.reject(runs < 3 ? new Error('poison') : new DatabaseUnreachableError('away'));
    };
    const batcher = new Batcher<number, number>({ run, delayMs: 1, maxItems: 100 });

    const results = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => batcher.add(n)));

    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(runs).toBe(3);
  });

  it('does not try each of many when the database is away', async () => {
    let runs = 0;
    const run = () => {
      runs += 1;
      return Promise.reject(new DatabaseUnreachableError('away'));
    };
    const batcher = new Batcher<number, number>({ run, delayMs: 1, maxItems: 100 });

    const results = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => batcher.add(n)));

    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(runs).toBe(1);
  });

  it('drains what still waits', async () => {
    const { run } = doubling();
    const batcher = new Batcher({ run, delayMs: 3_600_000, maxItems: 10 });
    const answer = batcher.add(4);

    await batcher.drain();

    expect(await answer).toBe(8);
  });
});
