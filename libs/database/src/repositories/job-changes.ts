import { jobState, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import { cancelDecision, type CancelDecision } from '@trustfleet/rollout';
import type { Client, Context } from '../connection.ts';
import type { CancelledJobs, JobChanges, JobRef, JobScope } from '../model/jobs.ts';
import type { Viewer } from '../model/viewer.ts';
import { endJobs, UNSENT } from './job-moves.ts';
import { inScope } from './job-scope.ts';
import { visibleTo } from './visibility.ts';

interface CancelRow extends JobRef {
  readonly state: string;
  readonly offeredAt: Date | null;
  readonly cancelRequestedAt: Date | null;
}

interface Judged extends JobRef {
  readonly state: JobState;
  readonly asked: boolean;
  readonly decision: CancelDecision;
}

async function judge(client: Client, viewer: Viewer, scope: JobScope): Promise<Judged[]> {
  const rows = await client.$queryRaw<CancelRow[]>`
    SELECT j.id, j.order_id AS "orderId", j.host_id AS "hostId", j.state, j.offered_at AS "offeredAt", j.cancel_requested_at AS "cancelRequestedAt"
    FROM job j JOIN host h ON h.id = j.host_id WHERE ${inScope(scope)} AND ${visibleTo(viewer)} ORDER BY j.id FOR NO KEY UPDATE OF j`;
  return rows.map(({ id, orderId, hostId, offeredAt, cancelRequestedAt, ...row }) => {
    const state = jobState.parse(row.state);
    const decision = cancelDecision({ state, offeredAt });
    return { id, orderId, hostId, state, decision, asked: cancelRequestedAt !== null };
  });
}

async function cancel(client: Client, jobs: readonly Judged[], at: Date): Promise<CancelledJobs> {
  const by = (decision: CancelDecision) => jobs.filter((job) => job.decision === decision);
  const idsOf = (some: readonly Judged[]) => some.map(({ id }) => id);
  await client.job.updateMany({
    where: { id: { in: idsOf([...by('end'), ...by('ask'), ...by('finish')]) }, cancelRequestedAt: null },
    data: { cancelRequestedAt: at },
  });
  const asked = by('ask');
  return {
    ended: await endJobs(client, { jobIds: idsOf(by('end')), from: UNSENT, to: 'cancelled', at }),
    asked: asked.map(({ id, orderId, hostId }) => ({ id, orderId, hostId })),
    newlyAsked: asked.filter((job) => !job.asked).length,
    finishing: by('finish').length,
    over: by('ended').map(({ state }) => state),
  };
}

/** The part of the job repository that only a person's change reaches. */
export function createJobChanges({ client }: Context): JobChanges {
  return {
    async endForRemovedHost(hostId, at) {
      const open = await client.job.findMany({
        where: { hostId, state: { in: [...OPEN_JOB_STATES] } },
        select: { id: true },
      });
      return await endJobs(client, {
        jobIds: open.map(({ id }) => id),
        from: OPEN_JOB_STATES,
        to: 'hostRemoved',
        at,
      });
    },
    cancel: async (viewer, scope, at) => cancel(client, await judge(client, viewer, scope), at),
  };
}
