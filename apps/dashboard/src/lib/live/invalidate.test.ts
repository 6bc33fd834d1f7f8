import { describe, expect, it } from 'vitest';
import { reads } from '../api/reads.ts';
import { staleKeys } from './invalidate.ts';

const HOST = '0190e5a0-0000-7000-8000-000000000001';
const JOB = '0190e5a0-0000-7000-8000-000000000002';
const ORDER = '0190e5a0-0000-7000-8000-000000000003';

/** A query is stale when one of the keys begins its own. */
const isStale = (key: readonly unknown[], stale: readonly (readonly unknown[])[]): boolean =>
  stale.some((prefix) => prefix.every((part, index) => part === key[index]));

describe('staleKeys', () => {
  it('makes everything stale after a gap', () => {
    expect(staleKeys({ type: 'resync' })).toBeNull();
  });

  it.each([
    ['its page', reads.job(JOB).key],
    ['its order', reads.order(ORDER).key],
    ['every list of jobs', reads.jobs({ page: 3 }).key],
    ['its host', reads.host(HOST).key],
    ['the overview', reads.overview.key],
  ])('a job’s event makes %s stale', (_what, key) => {
    expect(isStale(key, staleKeys({ type: 'job', id: JOB, orderId: ORDER, hostId: HOST }) ?? [])).toBe(true);
  });

  it('a finding’s event leaves other hosts and the jobs alone', () => {
    const stale = staleKeys({ type: 'findings', hostId: HOST }) ?? [];

    expect(isStale(reads.host(HOST).key, stale)).toBe(true);
    expect(isStale(reads.hosts({ missingAnchor: 'ab' }).key, stale)).toBe(true);
    expect(isStale(reads.host(JOB).key, stale)).toBe(false);
    expect(isStale(reads.jobs({}).key, stale)).toBe(false);
  });

  it('a new host makes the lists stale', () => {
    expect(isStale(reads.hosts({}).key, staleKeys({ type: 'host', id: HOST, what: 'enrolled' }) ?? [])).toBe(
      true,
    );
  });
});
