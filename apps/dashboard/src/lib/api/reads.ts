import {
  API_ROUTES,
  certificateDetail,
  findingPage,
  hostDetail,
  hostPage,
  jobDetail,
  jobPage,
  me,
  orderPage,
  orderView,
  overview,
  policyList,
  setupStatus,
  type HostListQuery,
} from '@trustfleet/api';
import type { z } from 'zod';

/** One GET of the API: the same words fetch it on the server for the first paint and in the browser from then on. */
export interface Read<T> {
  readonly key: readonly unknown[];
  readonly path: string;
  readonly schema: z.ZodType<T>;
}

type QueryValue = string | number | boolean | null | undefined;

function withQuery(path: string, query: Readonly<Record<string, QueryValue>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export type HostQuery = Partial<HostListQuery>;
export interface FindingQuery {
  readonly page?: number;
  readonly pageSize?: number;
  readonly state?: 'open' | 'closed';
}
export interface JobQuery {
  readonly page?: number;
  readonly pageSize?: number;
  readonly orderId?: string;
  readonly hostId?: string;
  readonly active?: boolean;
  readonly failed?: boolean;
  readonly state?: string | undefined;
}

export const reads = {
  setupStatus: { key: ['setup'], path: API_ROUTES.setupStatus, schema: setupStatus },
  me: { key: ['me'], path: API_ROUTES.me, schema: me },
  overview: { key: ['overview'], path: API_ROUTES.overview, schema: overview },
  policies: { key: ['policies'], path: API_ROUTES.policies, schema: policyList },
  hosts: (query: HostQuery) => ({
    key: ['hosts', query],
    path: withQuery(API_ROUTES.hosts, query),
    schema: hostPage,
  }),
  host: (id: string) => ({ key: ['host', id], path: API_ROUTES.host(id), schema: hostDetail }),
  findings: (query: FindingQuery) => ({
    key: ['findings', query],
    path: withQuery(API_ROUTES.findings, { ...query }),
    schema: findingPage,
  }),
  jobs: (query: JobQuery) => ({
    key: ['jobs', query],
    path: withQuery(API_ROUTES.jobs, { ...query }),
    schema: jobPage,
  }),
  job: (id: string) => ({ key: ['job', id], path: API_ROUTES.job(id), schema: jobDetail }),
  orders: (query: { readonly page?: number }) => ({
    key: ['orders', query],
    path: withQuery(API_ROUTES.orders, { ...query }),
    schema: orderPage,
  }),
  order: (id: string) => ({ key: ['order', id], path: API_ROUTES.order(id), schema: orderView }),
  certificate: (sha256: string) => ({
    key: ['certificate', sha256],
    path: API_ROUTES.certificate(sha256),
    schema: certificateDetail,
  }),
} as const;
