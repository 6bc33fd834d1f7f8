import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

const MAX_RETRIES = 2;

/** What the server refused stays refused; only what got lost on the way is asked again. */
function retry(failures: number, error: unknown): boolean {
  const status = error instanceof ApiProblem ? error.problem.status : 0;
  return failures < MAX_RETRIES && (status === 0 || status >= 500);
}

export function createQueryClient(onError?: (error: unknown) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error) => onError?.(error) }),
    defaultOptions: {
      queries: { staleTime: 30_000, gcTime: 300_000, retry, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
