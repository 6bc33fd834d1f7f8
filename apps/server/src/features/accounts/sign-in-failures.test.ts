import { describe, expect, it } from 'vitest';
import { SignInFailures } from './sign-in-failures.ts';

const account = { id: 'a', name: 'Kim' };

describe('failed sign-ins', () => {
  it('are told apart, five a minute of one address, and the rest in one row when the minute is over', () => {
    const failures = new SignInFailures();
    const rows = Array.from({ length: 40 }, (_, n) =>
      failures.add({ address: '10.0.0.1', account }, n),
    ).flat();

    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({
      action: 'session.failed',
      subject: { id: 'a', name: 'Kim' },
      detail: { address: '10.0.0.1' },
    });
    expect(failures.flush(59_000)).toEqual([]);
    expect(failures.flush(60_001)).toMatchObject([{ detail: { more: 35, addresses: 1 } }]);
    expect(failures.flush(200_000)).toEqual([]);
  });

  it('of a hundred thousand addresses fill no table and no memory', () => {
    const failures = new SignInFailures();
    let rows = 0;
    for (let n = 0; n < 100_000; n += 1)
      rows += failures.add(
        { address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, account: null },
        n / 100,
      ).length;

    expect(rows).toBe(60);
    expect(failures.flush(70_000)).toMatchObject([{ detail: { more: 99_940, addresses: 1000 } }]);
  });

  it('come with the summary of the minute before', () => {
    const failures = new SignInFailures();
    for (let n = 0; n < 6; n += 1) failures.add({ address: 'a', account }, 0);

    expect(failures.add({ address: 'a', account }, 61_000)).toMatchObject([
      { detail: { more: 1 } },
      { detail: { address: 'a' } },
    ]);
  });
});
