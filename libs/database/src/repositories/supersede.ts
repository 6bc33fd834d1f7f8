import { jobState, orderMode } from '@trustfleet/protocol';
import { isSuperseded } from '@trustfleet/rollout';
import type { Client } from '../connection.ts';
import type { EndedJobs } from '../model/jobs.ts';
import type { NewOrder } from '../model/orders.ts';
import { endJobs, UNSENT } from './job-moves.ts';

interface WaitingRow {
  readonly id: string;
  readonly state: string;
  readonly mode: string;
  readonly notBefore: Date;
  readonly offeredAt: Date | null;
}

/** Ends the jobs whose place a new order takes: those of the same remedy and parameters that wait for the same hosts. */
export async function supersede(
  client: Client,
  order: NewOrder,
  hostIds: readonly string[],
): Promise<EndedJobs> {
  if (order.mode !== 'apply') return { jobs: [], audit: [] };
  const rows = await client.$queryRaw<WaitingRow[]>`
    SELECT j.id, j.state, o.mode, j.not_before AS "notBefore", j.offered_at AS "offeredAt"
    FROM job j JOIN "order" o ON o.id = j.order_id JOIN "order" n ON n.id = ${order.id}::uuid
    WHERE j.host_id = ANY (${[...hostIds]}::uuid[]) AND j.state = ANY (${[...UNSENT]}::text[]) AND o.id <> n.id
      AND o.remedy = n.remedy AND o.parameters = n.parameters ORDER BY j.id FOR NO KEY UPDATE OF j`;
  const superseded = rows.filter(({ state, mode, notBefore, offeredAt }) =>
    isSuperseded({
      state: jobState.parse(state),
      mode: orderMode.parse(mode),
      notBefore,
      offeredAt,
      newer: { mode: order.mode, notBefore: order.notBefore },
      now: order.createdAt,
    }),
  );
  return await endJobs(client, {
    jobIds: superseded.map(({ id }) => id),
    from: UNSENT,
    to: 'superseded',
    at: order.createdAt,
  });
}
