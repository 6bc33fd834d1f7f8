import type { JobState } from '@trustfleet/protocol';
import { isFinal } from '@trustfleet/rollout';
import type { Client } from '../connection.ts';
import type { EndedJobs, JobRef, JobTransition } from '../model/jobs.ts';
import { finishedRecords, recordFinishedJobs, type FinishedJob } from './finished-jobs.ts';

/** States in which a job waits at the server. */
export const UNSENT = ['queued', 'heldOffline'] as const satisfies readonly JobState[];

/** Moves the jobs that are still in one of the states, in one statement; the caller has asked libs/rollout. */
async function move(client: Client, { jobIds, from, to, at }: JobTransition): Promise<JobRef[]> {
  if (jobIds.length === 0 || from.length === 0) return [];
  // The inner select locks in order of id and looks at the state again once it has the lock.
  return await client.$queryRaw<JobRef[]>`
    UPDATE job SET state = ${to}, updated_at = ${at}::timestamptz, next_at = NULL,
      offered_at = CASE WHEN ${to}::text = 'offered' THEN ${at}::timestamptz ELSE offered_at END
    WHERE id IN (SELECT id FROM job WHERE id = ANY (${[...jobIds]}::uuid[]) AND state = ANY (${[...from]}::text[]) ORDER BY id FOR NO KEY UPDATE)
    RETURNING id, order_id AS "orderId", host_id AS "hostId"`;
}

function finished(moved: readonly JobRef[], state: JobTransition['to']): FinishedJob[] {
  return isFinal(state) ? moved.map(({ id }) => ({ id, state, by: 'server' })) : [];
}

/** The server's own step, with its rows of the audit; the last thing in its transaction. */
export async function moveByServer(client: Client, transition: JobTransition): Promise<JobRef[]> {
  const moved = await move(client, transition);
  await recordFinishedJobs(client, transition.at, finished(moved, transition.to));
  return moved;
}

/** Within a change of a person: the rows of the audit are the caller's to write, at the end of the transaction. */
export async function endJobs(client: Client, transition: JobTransition): Promise<EndedJobs> {
  const jobs = await move(client, transition);
  const acted = await finishedRecords(client, finished(jobs, transition.to));
  return { jobs, audit: acted.map(({ record }) => record) };
}
