import 'server-only';
import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { ProblemPanel } from '../../components/problem-panel.tsx';
import { ApiProblem } from '../api/problem.ts';
import { createQueryClient } from '../api/query-client.ts';
import type { Read } from '../api/reads.ts';
import { readSignedIn } from './read.ts';

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: ApiProblem };

async function attempt(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work();
    return { ok: true };
  } catch (error) {
    if (error instanceof ApiProblem) return { ok: false, error };
    throw error;
  }
}

export interface PrefetchedProps {
  readonly reads: readonly Read<unknown>[];
  readonly children: ReactNode;
}

/**
 * Reads for the first paint and hands the answers to the client components inside. What the API does not have is a
 * 404 page; another failure is shown in place, with the id that stands in the server's log.
 */
export async function Prefetched({ reads, children }: PrefetchedProps) {
  const client = createQueryClient();
  const outcomes = await Promise.all(
    reads.map((read) =>
      attempt(async () => {
        client.setQueryData(read.key, await readSignedIn(read));
      }),
    ),
  );
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (failed?.error.problem.status === 404) notFound();
  if (failed) return <ProblemPanel problem={failed.error.problem} />;
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
