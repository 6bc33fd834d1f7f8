import { randomUUID } from 'node:crypto';
import type { JobEvent, JobState } from '@trustfleet/protocol';
import { SYSTEM, type Database, type NewJob, type NewOrder } from '../index.ts';
import { createOrder, eventOf, jobOf, later, NOW, orderOf } from './fixtures.ts';

export async function online(database: Database, hostId: string, since = NOW): Promise<void> {
  await database.hosts.connect([{ hostId, process: randomUUID(), since }]);
}

/** The host says these states one after the other, from event 1 on, a second apart; it signs its end. */
export async function says(
  database: Database,
  job: { readonly jobId: string; readonly hostId: string },
  ...events: (JobState | (Partial<JobEvent> & Pick<JobEvent, 'state'>))[]
) {
  const batch = events.map((said, at) => {
    const event = eventOf(job.jobId, {
      index: at + 1,
      ...(typeof said === 'string' ? { state: said } : said),
    });
    return { hostId: job.hostId, event, signatureValid: true, receivedAt: later(event.index) };
  });
  return await database.jobs.acceptEvents(batch);
}

export const detail = async (database: Database, jobId: string) => await database.jobs.detail(SYSTEM, jobId);
export const stateOf = async (database: Database, jobId: string) => (await detail(database, jobId))?.state;

export async function actions(database: Database): Promise<string[]> {
  const { items } = await database.audit.page({ limit: 100, q: '' });
  return items.map(({ action, actor, detail: text }) => {
    const { state } = JSON.parse(text) as { state?: string };
    return [action, actor.kind, state].filter((part) => part !== undefined).join(' ');
  });
}

/** An order of its own for one host. */
export async function ordered(
  database: Database,
  hostId: string,
  about: { readonly order?: Partial<NewOrder>; readonly job?: Partial<NewJob> } = {},
): Promise<{ orderId: string; jobId: string; hostId: string }> {
  const order = orderOf(await database.orders.nextSeq(), about.order);
  const job = jobOf(hostId, about.job);
  await createOrder(database, { order, artifacts: [], jobs: [job] });
  return { orderId: order.id, jobId: job.id, hostId };
}
