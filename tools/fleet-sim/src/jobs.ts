import { randomUUID, type KeyObject } from 'node:crypto';
import type { JobEvent, JobMessage, JobState } from '@trustfleet/protocol';
import { openJob, openOrder, signJobEvent } from '@trustfleet/signing';
import type { SimServer } from './identity.ts';

interface JobContext {
  readonly server: SimServer;
  readonly hostId: string;
  readonly key: KeyObject;
}

/** The way of a job that changes something and proves it (rollouts.md). */
const APPLIED: readonly JobState[] = ['planning', 'applying', 'verifying', 'verified'];
/** The way of one that only looks. */
const PLANNED: readonly JobState[] = ['planning', 'planned'];

/** What a host says of a job that goes well, the last event signed; null for one that a real agent would refuse. */
export function answerJob(message: JobMessage, { server, hostId, key }: JobContext): JobEvent[] | null {
  const order = openOrder({ envelope: message.order, keys: [server.serverKey], fleetId: server.fleetId });
  if (!order.ok) return null;
  const job = openJob({ envelope: message.job, keys: [server.serverKey], order: order.value, hostId });
  if (!job.ok) return null;
  const { jobId, attempt } = job.value;
  const states = order.value.mode === 'plan' ? PLANNED : APPLIED;
  return states.map((state, place) => {
    const event: JobEvent = {
      eventId: randomUUID(),
      jobId,
      attempt,
      index: place + 1,
      at: new Date().toISOString(),
      state,
      step: null,
      detail: null,
      plan: state === 'planned' || state === 'applying' ? { changes: [] } : null,
      before: null,
      after: null,
      undone: null,
      signature: null,
    };
    return place === states.length - 1 ? signJobEvent(event, key) : event;
  });
}
