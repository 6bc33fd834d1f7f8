import { Prisma } from '../connection.ts';
import type { JobScope } from '../model/jobs.ts';

/** Condition on a job under the name `j`. */
export function inScope(scope: JobScope): Prisma.Sql {
  return 'jobId' in scope
    ? Prisma.sql`j.id = ${scope.jobId}::uuid`
    : Prisma.sql`j.order_id = ${scope.orderId}::uuid`;
}
