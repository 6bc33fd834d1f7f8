import { hostListQuery, jobListQuery } from '@trustfleet/api';
import { describe, expect, it } from 'vitest';
import { hostListRead, loadHostList } from '../../features/hosts/host-list-url.ts';
import { jobListRead, loadJobList } from '../../features/jobs/job-list-url.ts';

const queryOf = (path: string): Record<string, string> =>
  Object.fromEntries(new URL(path, 'http://x').searchParams);

describe('addresses of lists', () => {
  it('asks the API for what stands in the address', () => {
    const read = hostListRead(
      loadHostList('?q=a%20b&presence=offline&findings=blockers&sort=lastSeen&order=desc&page=3'),
    );

    expect(hostListQuery.parse(queryOf(read.path))).toMatchObject({
      q: 'a b',
      presence: 'offline',
      findings: 'blockers',
      sort: 'lastSeen',
      order: 'desc',
      page: 3,
    });
  });

  it.each(['?page=-4', '?page=x', '?presence=away', '?sort=secret', '?missingAnchor=<script>'])(
    'asks something valid for %s',
    (search) => {
      expect(hostListQuery.safeParse(queryOf(hostListRead(loadHostList(search)).path)).success).toBe(true);
    },
  );

  it('gives two different questions two cache keys', () => {
    expect(hostListRead(loadHostList('?q=a')).key).not.toEqual(hostListRead(loadHostList('?q=b')).key);
  });

  it('asks for failed jobs as the overview counts them', () => {
    expect(jobListQuery.parse(queryOf(jobListRead(loadJobList('?show=failed')).path)).failed).toBe(true);
  });
});
