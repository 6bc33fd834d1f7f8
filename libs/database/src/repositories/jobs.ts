import type { Context } from '../connection.ts';
import type { JobChanges, JobRepository } from '../model/jobs.ts';
import { createJobChanges } from './job-changes.ts';
import { createJobDelivery } from './job-delivery.ts';
import { acceptEvents } from './job-events.ts';
import { jobDetail, listJobs } from './job-views.ts';

export function createJobRepository(context: Context): JobRepository & JobChanges {
  const { client, atomically } = context;
  return {
    ...createJobDelivery(context),
    ...createJobChanges(context),
    async acceptEvents(batch) {
      if (batch.length === 0) return [];
      return await atomically((transaction) => acceptEvents(transaction, batch));
    },
    list: (viewer, query) => listJobs(client, viewer, query),
    detail: (viewer, jobId) => jobDetail(client, viewer, jobId),
  };
}
