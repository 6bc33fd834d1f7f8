import type { CreateOrder, JobDetail, OrderView } from '@trustfleet/api';
import {
  UnknownHostError,
  type ChangeRepositories,
  type Database,
  type EndedJobs,
  type JobQuery,
  type JobScope,
  type Order,
  type Page,
} from '@trustfleet/database';
import { ApiProblem, notFound } from '../../http/api-problem.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import type { Dispatcher } from './dispatcher.ts';
import { heldArtifacts, type Artifacts } from './order-artifacts.ts';
import {
  anchorContent,
  namedAnchor,
  orderAnchor,
  orderTimes,
  undoContent,
  type OrderContent,
} from './order-draft.ts';
import { cancelRecord, orderRecord } from './order-records.ts';
import { notCancellable, nothingToUndo } from './order-refusals.ts';
import { parameterContent } from './parameter-orders.ts';
import { signDraft, type OrderDraft, type OrderSigner } from './order-signer.ts';
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
    const { database, now } = this.options;
    const at = now();
    requirePlainText({ reason: request.reason });
    const times = orderTimes(request, at);
    const { content, artifacts } = await this.ordered(request, at);
    const targets = [...new Set(request.hostIds)].map((hostId) => ({ hostId, undoes: null }));
    const seq = await database.orders.nextSeq();
    return await this.issue(viewer, () =>
      Promise.resolve({ content, times, targets, seq, at, createdBy: viewer.name, artifacts }),
    );
  }

  private async ordered(request: CreateOrder, at: Date): Promise<{ content: OrderContent } & Artifacts> {
    const { database } = this.options;
    if ('parameters' in request) {
      const content = parameterContent(request);
      requirePlainText({ title: content.title });
      return { content, artifacts: await heldArtifacts(database, content.artifacts) };
    }
    requirePlainText({ store: request.store ?? '' });
    const anchor = await orderAnchor(request, database.certificates, at);
    return {
      content: anchorContent(request, anchor),
      artifacts: [{ sha256: namedAnchor(anchor).sha256, bytes: anchor.der }],
    };
  }

  /** Orders the undo of one job, or of every job of an order that changed its host. */
  async undo(scope: JobScope, reason: string, viewer: Viewer): Promise<OrderView> {
    const { database, now } = this.options;
    requirePlainText({ reason });
    const order = await this.orderOf(scope, viewer);
    const at = now();
    const seq = await database.orders.nextSeq();
    return await this.issue(viewer, async ({ orders }) => {
      const found = await orders.undoTargets(viewer, scope);
      const targets = found
        .filter(({ standing, hostRevoked }) => standing === 'possible' && !hostRevoked)
        .map(({ jobId, hostId }) => ({ hostId, undoes: jobId }));
      if (targets.length === 0) throw nothingToUndo(found);
      const artifacts = await orders.artifactsOf(order.id);
      const content = undoContent(
        order,
        artifacts.map(({ sha256 }) => sha256),
        reason,
      );
      return { content, times: orderTimes({}, at), targets, seq, at, createdBy: viewer.name, artifacts };
    });
  }

  /** Asks for the end of every job of an order. */
  async cancelOrder(id: string, reason: string, viewer: Viewer): Promise<OrderView> {
    await this.cancel({ orderId: id }, reason, viewer);
    return await this.order(viewer, id);
  }

  /** Asks for the end of one job. */
  async cancelJob(id: string, reason: string, viewer: Viewer): Promise<JobDetail> {
    await this.cancel({ jobId: id }, reason, viewer);
    return await this.job(viewer, id);
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

  private async orderOf(scope: JobScope, viewer: Viewer): Promise<Order> {
    const { orders, jobs } = this.options.database;
    const orderId =
      'orderId' in scope ? scope.orderId : ((await jobs.detail(viewer, scope.jobId))?.orderId ?? null);
    if (orderId === null) throw notFound('job');
    const order = await orders.get(viewer, orderId);
    if (order === null) throw notFound('order');
    return order;
  }

  /** Signs and writes what `draft` makes, in its transaction; then offers it. */
  private async issue(
    viewer: Viewer,
    draft: (repositories: ChangeRepositories) => Promise<OrderDraft & Artifacts>,
  ): Promise<OrderView> {
    const { database, signer, dispatcher } = this.options;
    const issued = await refusingUnknownHosts(() =>
      database.change(actorOf(viewer), async (repositories) => {
        const drafted = await draft(repositories);
        const signed = await signDraft(signer, drafted);
        const ended = await repositories.orders.create(viewer, { ...signed, artifacts: drafted.artifacts });
        const hostIds = drafted.targets.map(({ hostId }) => hostId);
        return {
          result: { order: signed.order, hostIds, ended },
          audit: [orderRecord(signed.order, hostIds), ...ended.audit],
        };
      }),
    );
    this.told(issued.ended);
    await dispatcher.orderCreated(issued.hostIds, issued.order.notBefore);
    return await this.order(viewer, issued.order.id);
  }

  private async cancel(scope: JobScope, reason: string, viewer: Viewer): Promise<void> {
    const { database, dispatcher, now } = this.options;
    requirePlainText({ reason });
    const order = await this.orderOf(scope, viewer);
    const cancelled = await database.change(actorOf(viewer), async ({ jobs }) => {
      const result = await jobs.cancel(viewer, scope, now());
      const refused = notCancellable(scope, result);
      if (refused !== null) throw refused;
      const changes = result.ended.jobs.length + result.newlyAsked;
      const record = cancelRecord({ scope, order, reason, cancelled: result });
      return { result, audit: changes === 0 ? [] : [record, ...result.ended.audit] };
    });
    this.told(cancelled.ended);
    dispatcher.changed(cancelled.asked);
    for (const job of cancelled.asked) dispatcher.tellCancel(job);
  }

  private told({ jobs }: EndedJobs): void {
    this.options.dispatcher.changed(jobs);
  }
}

async function refusingUnknownHosts<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnknownHostError)
      throw new ApiProblem({ status: 422, code: 'hostGone', message: error.message });
    throw error;
  }
}
