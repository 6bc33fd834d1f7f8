import {
  createLoader,
  type inferParserType,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
} from 'nuqs/server';
import { reads } from '../../lib/api/reads.ts';

export const findingListUrl = {
  state: parseAsStringLiteral(['open', 'closed'] as const).withDefault('open'),
  /** Null: every cause. */
  cause: parseAsString,
  page: parseAsInteger.withDefault(1),
};
export const loadFindingList = createLoader(findingListUrl);
export const FINDINGS_PAGE_SIZE = 25;

/** As libs/api `findingListQuery` takes it. */
const LONGEST_CAUSE = 64;

export function findingListRead({ state, cause, page }: inferParserType<typeof findingListUrl>) {
  return reads.findings({
    state,
    cause: cause?.slice(0, LONGEST_CAUSE),
    page: Math.max(1, page),
    pageSize: FINDINGS_PAGE_SIZE,
  });
}
