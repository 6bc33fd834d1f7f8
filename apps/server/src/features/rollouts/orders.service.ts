import type { CreateOrder, OrderView } from '@trustfleet/api';
import {
  UnknownHostError,
  type AuditRecord,
  type Database,
  type NewOrder,
  type JobQuery,
  type Order,
  type Page,
} from '@trustfleet/database';
import { ApiProblem, notFound } from '../../http/api-problem.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import type { Dispatcher } from './dispatcher.ts';
import { namedAnchor, orderAnchor, orderTimes } from './order-draft.ts';
import { signDraft, type OrderSigner } from './order-signer.ts';
import { jobDetailView, jobSummaryView, orderView } from './rollout-views.ts';

interface OrdersOptions {
  readonly database: Database;
  readonly signer: OrderSigner;
  readonly dispatcher: Dispatcher;
  readonly now: () => Date;
}

/** The jobs shown inside one order; a longer list is paged through `/api/v1/jobs?orderId=`. */
const JOBS_IN_ORDER = 200;

/** Orders and jobs as people see them. */
export class OrdersService {
  private readonly options: OrdersOptions;

  constructor(options: OrdersOptions) {
    this.options = options;
  }

  /** Signs an order and writes it with its jobs; only then are they offered. */
  async create(request: CreateOrder, viewer: Viewer): Promise<OrderView> {
    const { database, signer, dispatcher, now } = this.options;
    const at = now();
    requirePlainText({ reason: request.reason });
    const times = orderTimes(request, at);
    const anchor = await orderAnchor(request, database.certificates, at);
    const hostIds = [...new Set(request.hostIds)];
    const seq = await database.orders.nextSeq();
    const signed = signDraft(signer, { request, anchor, times, hostIds, seq, at, createdBy: viewer.name });
    try {
      await database.change(actorOf(viewer), async ({ orders }) => {
        await orders.create(viewer, {
          ...signed,
          artifacts: [{ sha256: namedAnchor(anchor).sha256, bytes: anchor.der }],
        });
        return { result: undefined, audit: [orderRecord(signed.order, hostIds)] };
      });
    } catch (error) {
      if (error instanceof UnknownHostError)
        throw new ApiProblem({ status: 422, code: 'hostGone', message: error.message });
      throw error;
    }
    await dispatcher.orderCreated(hostIds, times.notBefore);
    return this.order(viewer, signed.order.id);
  }

  async order(viewer: Viewer, id: string): Promise<OrderView> {
    const order = await this.options.database.orders.get(viewer, id);
    if (order === null) throw notFound('order');
    const jobs = await this.options.database.jobs.list(viewer, {
      orderId: id,
      page: 1,
      pageSize: JOBS_IN_ORDER,
    });
    return { ...orderView(order), jobs: jobs.items.map(jobSummaryView) };
  }

  async orders(
    viewer: Viewer,
    query: { page: number; pageSize: number },
  ): Promise<Page<Omit<OrderView, 'jobs'>>> {
    const page: Page<Order> = await this.options.database.orders.list(viewer, query);
    return { ...page, items: page.items.map(orderView) };
  }

  async jobs(viewer: Viewer, query: JobQuery) {
    const page = await this.options.database.jobs.list(viewer, query);
    return { ...page, items: page.items.map(jobSummaryView) };
  }

  async job(viewer: Viewer, id: string) {
    const job = await this.options.database.jobs.detail(viewer, id);
    if (job === null) throw notFound('job');
    return jobDetailView(job);
  }
}

/** What the audit keeps of an order: what it does and to whom; its targets are signed in its envelope. */
function orderRecord(order: NewOrder, hostIds: readonly string[]): AuditRecord {
  const { id, title, remedy, mode, anchor, reason, notBefore, expiresAt, seq } = order;
  return {
    action: 'order.create',
    subject: { kind: 'order', id, name: title },
    detail: {
      remedy,
      mode,
      anchor: anchor?.sha256 ?? null,
      reason,
      notBefore: notBefore.toISOString(),
      expiresAt: expiresAt.toISOString(),
      seq,
      hosts: hostIds,
    },
  };
}
