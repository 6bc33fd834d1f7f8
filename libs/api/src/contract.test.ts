import { jobState as wireJobState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { createOrder, hostListQuery, jobState } from './index.ts';

describe('api contract', () => {
  it('uses the job states of the wire', () => {
    expect(jobState.options).toEqual(wireJobState.options);
  });

  it('gives a host list query its defaults', () => {
    expect(hostListQuery.parse({})).toEqual({ page: 1, pageSize: 25, q: '', sort: 'name', order: 'asc' });
  });

  it.each([{ page: '0' }, { pageSize: '201' }, { sort: 'secret' }, { presence: 'away' }])(
    'refuses %j',
    (query) => {
      expect(hostListQuery.safeParse(query).success).toBe(false);
    },
  );

  it('refuses an order without a reason or a host', () => {
    const order = { remedy: 'trustStore.addAnchor', mode: 'plan', hostIds: [], reason: ' ' };

    expect(createOrder.safeParse(order).error?.issues.map((issue) => issue.path[0])).toEqual([
      'hostIds',
      'reason',
    ]);
  });
});
