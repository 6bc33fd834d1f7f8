import {
  createLoader,
  type inferParserType,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
} from 'nuqs/server';
import { reads, type HostQuery } from '../../lib/api/reads.ts';

/** Everything the list shows is in its address: shareable, and the back button works. */
export const hostListUrl = {
  q: parseAsString.withDefault(''),
  presence: parseAsStringLiteral(['online', 'offline'] as const),
  platform: parseAsStringLiteral(['linux', 'windows', 'macos'] as const),
  findings: parseAsStringLiteral(['open', 'blockers', 'none'] as const),
  missingAnchor: parseAsString,
  groupId: parseAsString,
  admission: parseAsStringLiteral(['admitted', 'held'] as const),
  sort: parseAsStringLiteral(['name', 'lastSeen', 'findings', 'enrolled'] as const).withDefault('name'),
  order: parseAsStringLiteral(['asc', 'desc'] as const).withDefault('asc'),
  page: parseAsInteger.withDefault(1),
};

export const loadHostList = createLoader(hostListUrl);
export type HostListState = inferParserType<typeof hostListUrl>;

export const PAGE_SIZE = 25;

const SHA256 = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

const matching = (value: string | null, shape: RegExp): string | null =>
  value !== null && shape.test(value) ? value : null;

/** The API's question for what stands in the address; a filter that is not set, or cannot be one, is left out. */
export function hostListRead(state: HostListState) {
  const { q, sort, order, page, ...optional } = state;
  const filters = Object.entries({
    ...optional,
    missingAnchor: matching(state.missingAnchor, SHA256),
    groupId: matching(state.groupId, UUID),
  }).filter(([, value]) => value !== null);
  const query: HostQuery = {
    ...(Object.fromEntries(filters) as HostQuery),
    q,
    sort,
    order,
    page: Math.max(1, page),
    pageSize: PAGE_SIZE,
  };
  return reads.hosts(query);
}
