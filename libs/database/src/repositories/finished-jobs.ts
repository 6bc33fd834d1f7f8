import type { JobState } from '@trustfleet/protocol';
import type { Client } from '../connection.ts';
import { SERVER, type ActedRecord } from '../model/audit.ts';
import { appendAudit } from './audit.ts';

/** A job that has just come to a final state. */
export interface FinishedJob {
  readonly id: string;
  readonly state: JobState;
  /** Who said so: the host's own event, or the server's clock (`lost`, `deliveryExpired`). */
  readonly by: 'host' | 'server';
}

interface Row {
  readonly id: string;
  readonly orderId: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly title: string;
  readonly remedy: string;
  readonly mode: string;
  readonly attempt: number;
  readonly undone: boolean | null;
  readonly resultSigned: boolean;
}

function recordOf(job: FinishedJob, row: Row): ActedRecord {
  const { orderId, hostId, hostName, title, remedy, mode, attempt, undone, resultSigned } = row;
  return {
    actor: job.by === 'host' ? { kind: 'host', id: hostId, name: hostName } : SERVER,
    record: {
      action: 'job.finished',
      subject: { kind: 'job', id: job.id, name: title },
      detail: { state: job.state, orderId, hostId, hostName, remedy, mode, attempt, undone, resultSigned },
    },
  };
}

/** The audit's rows about these ends, in their order; the caller writes them at the end of its transaction (see `appendAudit`). */
export async function finishedRecords(
  client: Client,
  jobs: readonly FinishedJob[],
): Promise<readonly ActedRecord[]> {
  if (jobs.length === 0) return [];
  const rows = await client.$queryRaw<Row[]>`
    SELECT j.id, j.order_id AS "orderId", j.host_id AS "hostId", h.name AS "hostName", o.title, o.remedy, o.mode, j.attempt, j.undone,
           j.result_signed AS "resultSigned"
    FROM job j JOIN "order" o ON o.id = j.order_id JOIN host h ON h.id = j.host_id WHERE j.id = ANY (${jobs.map(({ id }) => id)}::uuid[])`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return jobs.flatMap((job) => {
    const row = byId.get(job.id);
    return row === undefined ? [] : [recordOf(job, row)];
  });
}

/**
 * A row `job.finished` for each: they change hosts. To be called at the **end** of the transaction that wrote the states (see
 * `appendAudit`). Four statements for however many jobs, none for none.
 */
export async function recordFinishedJobs(
  client: Client,
  at: Date,
  jobs: readonly FinishedJob[],
): Promise<void> {
  await appendAudit(client, at, await finishedRecords(client, jobs));
}
