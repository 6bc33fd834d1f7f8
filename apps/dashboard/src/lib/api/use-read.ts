'use client';

import { keepPreviousData, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { fetchRead } from './browser.ts';
import type { Read } from './reads.ts';

interface UseReadOptions {
  readonly enabled?: boolean;
  /** Keeps the last page on screen while the next one loads. */
  readonly keepPrevious?: boolean;
}

function queryOptions<T>(read: Read<T>, { enabled = true, keepPrevious = false }: UseReadOptions) {
  return {
    queryKey: read.key,
    queryFn: ({ signal }: { signal: AbortSignal }) => fetchRead(read, signal),
    enabled,
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  };
}

/** Data of the first paint comes hydrated; from then on events on the stream make it fetch again. */
export function useRead<T>(read: Read<T>, options: UseReadOptions = {}): UseQueryResult<T> {
  return useQuery<T>(queryOptions(read, options) as Parameters<typeof useQuery<T>>[0]);
}

export function useReads<T>(list: readonly Read<T>[]): UseQueryResult<T>[] {
  return useQueries({ queries: list.map((read) => queryOptions(read, {})) }) as UseQueryResult<T>[];
}
