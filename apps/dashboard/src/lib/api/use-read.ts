'use client';

import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query';
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

/** Pages so far, newest first. The first one may come hydrated; an event on the stream fetches all of them again. */
export function usePaged<T>(paged: PagedRead<T>) {
  const client = useQueryClient();
  const first = paged.page(null);
  return useInfiniteQuery({
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
}
