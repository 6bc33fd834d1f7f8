import type { JobDetail as JobDetailView, JobSummary as JobSummaryView, OrderView } from '@trustfleet/api';
import type { JobDetail, JobSummary, Order } from '@trustfleet/database';

/** A job as a list shows it. */
export function jobSummaryView(job: JobSummary): JobSummaryView {
  return {
    ...job,
    notBefore: job.notBefore.toISOString(),
    createdAt: job.createdAt.toISOString(),
    updatedAt: job.updatedAt.toISOString(),
  };
}

/** A job with its plan, its evidence and every event. */
export function jobDetailView(job: JobDetail): JobDetailView {
  return {
    ...jobSummaryView(job),
    createdBy: job.createdBy,
    reason: job.reason,
    anchor: job.anchor,
    plan: job.plan,
    before: job.before,
    after: job.after,
    undone: job.undone,
    resultSigned: job.resultSigned,
    events: job.events.map((event) => ({
      ...event,
      at: event.at.toISOString(),
      receivedAt: event.receivedAt.toISOString(),
    })),
  };
}

export function orderView(order: Order): Omit<OrderView, 'jobs'> {
  return {
    id: order.id,
    remedy: order.remedy,
    mode: order.mode,
    title: order.title,
    anchor: order.anchor,
    reason: order.reason,
    createdBy: order.createdBy,
    createdAt: order.createdAt.toISOString(),
    notBefore: order.notBefore.toISOString(),
    expiresAt: order.expiresAt.toISOString(),
    targets: order.targets,
    counts: { ...order.counts },
  };
}
