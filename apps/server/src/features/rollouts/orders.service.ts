import type { CreateOrder, OrderView } from '@trustfleet/api';
import { UnknownHostError, type Database, type JobQuery, type Order, type Page } from '@trustfleet/database';
import { ApiProblem, notFound } from '../../http/api-problem.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import type { Viewer } from '../../http/permission.ts';
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
      await database.orders.create({
        ...signed,
        artifacts: [{ sha256: namedAnchor(anchor).sha256, bytes: anchor.der }],
      });
    } catch (error) {
      if (error instanceof UnknownHostError)
        throw new ApiProblem({ status: 422, code: 'hostGone', message: error.message });
      throw error;
    }
    await dispatcher.orderCreated(hostIds, times.notBefore);
    return this.order(signed.order.id);
  }

  async order(id: string): Promise<OrderView> {
    const order = await this.options.database.orders.get(id);
    if (order === null) throw notFound('order');
    const jobs = await this.options.database.jobs.list({ orderId: id, page: 1, pageSize: JOBS_IN_ORDER });
    return { ...orderView(order), jobs: jobs.items.map(jobSummaryView) };
  }

  async orders(query: { page: number; pageSize: number }): Promise<Page<Omit<OrderView, 'jobs'>>> {
    const page: Page<Order> = await this.options.database.orders.list(query);
    return { ...page, items: page.items.map(orderView) };
  }

  async jobs(query: JobQuery) {
    const page = await this.options.database.jobs.list(query);
    return { ...page, items: page.items.map(jobSummaryView) };
  }

  async job(id: string) {
    const job = await this.options.database.jobs.detail(id);
    if (job === null) throw notFound('job');
    return jobDetailView(job);
  }
}
