import type { AuditRecord, CancelledJobs, JobScope, NewOrder, Order } from '@trustfleet/database';

/** What the audit keeps of an order: what it does and to whom; its targets are signed in its envelope. */
export function orderRecord(order: NewOrder, hostIds: readonly string[]): AuditRecord {
  const { id, title, remedy, mode, anchor, reason, notBefore, expiresAt, seq, limits, undoes } = order;
  return {
    action: mode === 'undo' ? 'order.undo' : 'order.create',
    subject: { kind: 'order', id, name: title },
    detail: {
      remedy,
      mode,
      anchor: anchor?.sha256 ?? null,
      reason,
      notBefore: notBefore.toISOString(),
      expiresAt: expiresAt.toISOString(),
      seq,
      limits,
      undoes,
      hosts: hostIds,
    },
  };
}

/** What the audit keeps of a cancel: how many jobs it ended, and how many hosts were asked. */
export function cancelRecord(about: {
  readonly scope: JobScope;
  readonly order: Order;
  readonly reason: string;
  readonly cancelled: CancelledJobs;
}): AuditRecord {
  const { scope, order, reason, cancelled } = about;
  const detail = {
    reason,
    orderId: order.id,
    ended: cancelled.ended.jobs.length,
    asked: cancelled.asked.length,
    finishing: cancelled.finishing,
  };
  return 'jobId' in scope
    ? { action: 'job.cancel', subject: { kind: 'job', id: scope.jobId, name: order.title }, detail }
    : { action: 'order.cancel', subject: { kind: 'order', id: order.id, name: order.title }, detail };
}
