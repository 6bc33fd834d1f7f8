'use client';

import type { HostSummary, OrderRemedy } from '@trustfleet/api';
import { useQuery } from '@tanstack/react-query';
import { fetchRead } from '../../lib/api/browser.ts';
import { reads } from '../../lib/api/reads.ts';

const PAGE_SIZE = 200;
const MAX_PAGES = 100;

/** Pages through the fleet until every chosen host is found: a few requests even for thousands of hosts. */
async function findHosts(ids: readonly string[], signal: AbortSignal): Promise<readonly HostSummary[]> {
  const wanted = new Set(ids);
  const found: HostSummary[] = [];
  for (let page = 1; page <= MAX_PAGES && found.length < wanted.size; page += 1) {
    const answer = await fetchRead(reads.hosts({ page, pageSize: PAGE_SIZE }), signal);
    found.push(...answer.items.filter((host) => wanted.has(host.id)));
    if (page * PAGE_SIZE >= answer.total) break;
  }
  return found;
}

export interface ChosenHosts {
  readonly permitted: readonly HostSummary[];
  readonly forbidden: readonly HostSummary[];
  /** Chosen, but no longer enrolled. */
  readonly gone: number;
  readonly error: Error | null;
  readonly loading: boolean;
}

/** The chosen hosts, those apart whose owner does not permit the remedy. */
export function useChosenHosts(ids: readonly string[], remedy: OrderRemedy): ChosenHosts {
  const { data, error, isPending } = useQuery({
    queryKey: ['hosts', 'chosen', ids],
    queryFn: ({ signal }) => findHosts(ids, signal),
    enabled: ids.length > 0,
    placeholderData: (previous) => previous?.filter((host) => ids.includes(host.id)),
  });
  const hosts = ids.length === 0 ? [] : (data ?? []);
  return {
    permitted: hosts.filter((host) => host.permits.includes(remedy)),
    forbidden: hosts.filter((host) => !host.permits.includes(remedy)),
    gone:
      data === undefined || ids.length === 0 ? 0 : ids.length - new Set(hosts.map((host) => host.id)).size,
    error,
    loading: ids.length > 0 && isPending,
  };
}
