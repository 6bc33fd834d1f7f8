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
  sort: parseAsStringLiteral(['name', 'lastSeen', 'findings', 'enrolled'] as const).withDefault('name'),
  order: parseAsStringLiteral(['asc', 'desc'] as const).withDefault('asc'),
  page: parseAsInteger.withDefault(1),
};

export const loadHostList = createLoader(hostListUrl);
export type HostListState = inferParserType<typeof hostListUrl>;

export const PAGE_SIZE = 25;

/** The API's question for what stands in the address; a filter that is not set is left out. */
export function hostListRead(state: HostListState) {
  const { q, sort, order, page, ...optional } = state;
  const filters = Object.fromEntries(
    Object.entries(optional).filter(([, value]) => value !== null),
  ) as HostQuery;
  const missingAnchor = /^[0-9a-f]{64}$/.test(state.missingAnchor ?? '') ? filters.missingAnchor : undefined;
  const query: HostQuery = { ...filters, q, sort, order, page: Math.max(1, page), pageSize: PAGE_SIZE };
  if (missingAnchor === undefined) delete query.missingAnchor;
  return reads.hosts(query);
}
