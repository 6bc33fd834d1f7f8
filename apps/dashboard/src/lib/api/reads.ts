import {
  accountList,
  API_ROUTES,
  auditPage,
  causeGroupList,
  certificateDetail,
  endpointList,
  endpointProposals,
  endpointTemplate,
  findingPage,
  groupList,
  hostDetail,
  hostPage,
  hostSettingList,
  hostSharedInstalls,
  jobDetail,
  jobPage,
  me,
  orderPage,
  orderView,
  overview,
  policyList,
  setupStatus,
  sharedInstallDetail,
  sharedInstallPage,
  timelinePage,
  type HostListQuery,
} from '@trustfleet/api';
import type { z } from 'zod';

/** One GET of the API: the same words fetch it on the server for the first paint and in the browser from then on. */
export interface Read<T> {
  readonly key: readonly unknown[];
  readonly path: string;
  readonly schema: z.ZodType<T>;
}

/** A list without an end, newest first: each page says where the next one begins. */
export interface PagedRead<T> {
  readonly key: readonly unknown[];
  /** The page that begins before this place; null: the newest. */
  readonly page: (before: string | null) => Read<T>;
  /** Where the page after this one begins; null at the end. */
  readonly next: (page: T) => string | null;
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
  readonly cause?: string | null | undefined;
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
export interface AuditFilter {
  readonly action: string;
  readonly q: string;
}

export interface InstallFilter {
  readonly q: string;
  readonly kind: string | null;
  readonly differing?: boolean;
}

/** Where the next page begins: at what the last item of this one says. */
const after =
  <T>(place: (item: T) => string | number) =>
  ({ items, more }: { readonly items: readonly T[]; readonly more: boolean }): string | null => {
    const last = items.at(-1);
    return more && last !== undefined ? String(place(last)) : null;
  };

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
  findingCauses: { key: ['findings', 'causes'], path: API_ROUTES.findingCauses, schema: causeGroupList },
  endpoints: { key: ['endpoints'], path: API_ROUTES.endpoints, schema: endpointList },
  endpointProposals: {
    key: ['endpoints', 'proposals'],
    path: API_ROUTES.endpointProposals,
    schema: endpointProposals,
  },
  endpointTemplate: (query: { readonly site: string; readonly region: string }) => ({
    key: ['endpoints', 'template', query],
    path: withQuery(API_ROUTES.endpointTemplate, query),
    schema: endpointTemplate,
  }),
  jobs: (query: JobQuery) => ({
    key: ['jobs', query],
    path: withQuery(API_ROUTES.jobs, { ...query }),
    schema: jobPage,
  }),
  job: (id: string) => ({ key: ['job', id], path: API_ROUTES.job(id), schema: jobDetail }),
  accounts: { key: ['accounts'], path: API_ROUTES.accounts, schema: accountList },
  groups: { key: ['groups'], path: API_ROUTES.groups, schema: groupList },
  hostSettings: (id: string) => ({
    key: ['host', id, 'settings'],
    path: API_ROUTES.hostSettings(id),
    schema: hostSettingList,
  }),
  hostInstalls: (id: string) => ({
    key: ['host', id, 'installs'],
    path: API_ROUTES.hostSharedInstalls(id),
    schema: hostSharedInstalls,
  }),
  orders: (query: { readonly page?: number; readonly pageSize?: number }) => ({
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

export const pagedReads = {
  audit: (filter: AuditFilter): PagedRead<z.infer<typeof auditPage>> => ({
    key: ['audit', filter],
    page: (before) => ({
      key: ['audit', filter, before],
      path: withQuery(API_ROUTES.audit, { ...filter, before }),
      schema: auditPage,
    }),
    next: after(({ seq }) => seq),
  }),
  timeline: (hostId: string): PagedRead<z.infer<typeof timelinePage>> => ({
    key: ['host', hostId, 'timeline'],
    page: (before) => ({
      key: ['host', hostId, 'timeline', before],
      path: withQuery(API_ROUTES.hostTimeline(hostId), { before }),
      schema: timelinePage,
    }),
    next: after(({ at }) => at),
  }),
  installs: (filter: InstallFilter): PagedRead<z.infer<typeof sharedInstallPage>> => ({
    key: ['installs', filter],
    page: (place) => ({
      key: ['installs', filter, place],
      path: withQuery(API_ROUTES.sharedInstalls, { ...filter, after: place }),
      schema: sharedInstallPage,
    }),
    next: ({ next }) => next,
  }),
  /** One shared install; each page brings more of its hosts. */
  install: (id: string): PagedRead<z.infer<typeof sharedInstallDetail>> => ({
    key: ['installs', id],
    page: (place) => ({
      key: ['installs', id, place],
      path: withQuery(API_ROUTES.sharedInstall(id), { after: place }),
      schema: sharedInstallDetail,
    }),
    next: ({ uses }) => uses.next,
  }),
} as const;
