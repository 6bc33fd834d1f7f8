import type { JobDetail as JobDetailView, JobSummary as JobSummaryView, OrderView } from '@trustfleet/api';
import type { JobDetail, JobSummary, Order } from '@trustfleet/database';
import { jobState } from '@trustfleet/protocol';
import { isCancellable } from '@trustfleet/rollout';
import { z } from 'zod';

/** What the parameters of an anchor's order say beside the anchor. */
const jsonParameters = z.record(z.string(), z.json());
const storeParameter = z.looseObject({ store: z.string().optional() });

/** A job as a list shows it. */
export function jobSummaryView(job: JobSummary): JobSummaryView {
  return {
    ...job,
    notBefore: job.notBefore.toISOString(),
    deliverBy: job.deliverBy.toISOString(),
    nextAt: job.nextAt?.toISOString() ?? null,
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
    effective: job.effective,
    proof: job.proof === null ? null : [...job.proof],
    waitsFor: job.waitsFor,
    undoes: job.undoes,
    undoneBy: job.undoneBy.map(jobSummaryView),
    cancellable: isCancellable(job.state),
    cancelRequestedAt: job.cancelRequestedAt?.toISOString() ?? null,
    undoable: job.undo === 'possible',
    held: job.held,
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
    store: storeParameter.parse(order.parameters).store ?? null,
    parameters: jsonParameters.parse(order.parameters),
    reason: order.reason,
    createdBy: order.createdBy,
    createdAt: order.createdAt.toISOString(),
    notBefore: order.notBefore.toISOString(),
    expiresAt: order.expiresAt.toISOString(),
    targets: order.targets,
    counts: { ...order.counts },
    undoes: order.undoes,
    undoneBy: order.undoneBy.map(({ id, createdAt, targets }) => ({
      id,
      createdAt: createdAt.toISOString(),
      targets,
    })),
    cancellable: Object.keys(order.counts).some((state) => isCancellable(jobState.parse(state))),
    undoable: order.undoable,
  };
}
