import { createLoader, type inferParserType, parseAsInteger, parseAsStringLiteral } from 'nuqs/server';
import { reads } from '../../lib/api/reads.ts';

export const findingListUrl = {
  state: parseAsStringLiteral(['open', 'closed'] as const).withDefault('open'),
  page: parseAsInteger.withDefault(1),
};
export const loadFindingList = createLoader(findingListUrl);
export const FINDINGS_PAGE_SIZE = 25;

export function findingListRead({ state, page }: inferParserType<typeof findingListUrl>) {
  return reads.findings({ state, page: Math.max(1, page), pageSize: FINDINGS_PAGE_SIZE });
}
