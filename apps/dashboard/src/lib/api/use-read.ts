'use client';

import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { fetchRead } from './browser.ts';
import type { PagedRead, Read } from './reads.ts';

interface UseReadOptions {
  readonly enabled?: boolean;
  /** Keeps the last page on screen while the next one loads. */
  readonly keepPrevious?: boolean;
}

function queryOptions<T>(
  read: Read<T>,
  { enabled = true, keepPrevious = false }: UseReadOptions,
): UseQueryOptions<T> {
  const options: UseQueryOptions<T> = {
    queryKey: read.key,
    queryFn: ({ signal }) => fetchRead(read, signal),
    enabled,
  };
  return keepPrevious ? { ...options, placeholderData: keepPreviousData } : options;
}

/** Data of the first paint comes hydrated; from then on events on the stream make it fetch again. */
export function useRead<T>(read: Read<T>, options: UseReadOptions = {}): UseQueryResult<T> {
  return useQuery(queryOptions(read, options));
}

export interface Paged<T> {
  readonly pages: readonly T[] | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
  /** There is something older. */
  readonly more: boolean;
  readonly loadingOlder: boolean;
  readonly showOlder: () => void;
}

/**
 * Pages so far, newest first. The first one may come hydrated; an event on the stream fetches all of them again, which
 * ends a page that is under way: so what the reader asked for is kept as a number of pages, and asked for again.
 */
export function usePaged<T>(paged: PagedRead<T>): Paged<T> {
  const client = useQueryClient();
  const first = paged.page(null);
  const [wanted, setWanted] = useState({ of: first.path, pages: 1 });
  const query = useInfiniteQuery({
    queryKey: [...paged.key, 'pages'],
    queryFn: ({ pageParam, signal }) => fetchRead(paged.page(pageParam), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => paged.next(last),
    initialData: () => {
      const page = client.getQueryData<T>(first.key);
      return page === undefined ? undefined : { pages: [page], pageParams: [null] };
    },
    initialDataUpdatedAt: () => client.getQueryState(first.key)?.dataUpdatedAt,
  });
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = query;
  const shown = data?.pages.length ?? 0;
  const missing = wanted.of === first.path && shown > 0 && shown < wanted.pages && hasNextPage;
  const fetchMissing = missing && !isFetching && error === null;
  useEffect(() => {
    if (fetchMissing) void fetchNextPage();
  }, [fetchMissing, fetchNextPage]);
  return {
    pages: data?.pages,
    error,
    retry: () => void refetch(),
    more: hasNextPage,
    loadingOlder: missing && error === null,
    showOlder: () => {
      setWanted({ of: first.path, pages: shown + 1 });
    },
  };
}
