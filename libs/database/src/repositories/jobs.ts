import type { Context } from '../connection.ts';
import type { JobRepository } from '../model/jobs.ts';
import { createJobDelivery } from './job-delivery.ts';
import { acceptEvents } from './job-events.ts';
import { jobDetail, listJobs } from './job-views.ts';

export function createJobRepository(context: Context): JobRepository {
  const { client, atomically } = context;
  return {
    ...createJobDelivery(context),
    async acceptEvents(batch) {
      if (batch.length === 0) return [];
      return await atomically((transaction) => acceptEvents(transaction, batch));
    },
    list: (query) => listJobs(client, query),
    detail: (jobId) => jobDetail(client, jobId),
  };
}
