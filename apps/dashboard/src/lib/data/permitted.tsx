import 'server-only';
import type { Permission } from '@trustfleet/api';
import type { ReactNode } from 'react';
import { NotPermitted } from '../../components/not-permitted.tsx';
import { ApiProblem } from '../api/problem.ts';
import { reads } from '../api/reads.ts';
import { readSignedIn } from './read.ts';

/**
 * A page that not every role may use: says so in place of its content. The server refuses its data all the same; without
 * an answer about the reader the layout around it has said why.
 */
export async function Permitted({
  needs,
  children,
}: {
  readonly needs: Permission;
  readonly children: ReactNode;
}) {
  const reader = await readSignedIn(reads.me).catch((error: unknown) => {
    if (error instanceof ApiProblem) return null;
    throw error;
  });
  if (reader === null || reader.permissions.includes(needs)) return children;
  return <NotPermitted needs={needs} role={reader.role} />;
}
