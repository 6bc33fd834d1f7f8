'use client';

import { keepPreviousData, useQuery, type UseQueryOptions, type UseQueryResult } from '@tanstack/react-query';
import { fetchRead } from './browser.ts';
import type { Read } from './reads.ts';

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
