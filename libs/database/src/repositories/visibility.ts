import { Prisma } from '../connection.ts';
import type { Viewer } from '../model/viewer.ts';

/** Condition on a host under the name `h`: the one place that says whose hosts a viewer sees (issue 3, "Permissions"). */
export function visibleTo({ groups }: Viewer): Prisma.Sql {
  return groups === 'all' ? Prisma.sql`true` : Prisma.sql`h.group_id = ANY (${[...groups]}::uuid[])`;
}
