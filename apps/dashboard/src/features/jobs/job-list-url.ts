import { jobState } from '@trustfleet/api';
import { createLoader, type inferParserType, parseAsInteger, parseAsStringLiteral } from 'nuqs/server';
import { reads } from '../../lib/api/reads.ts';

export const jobListUrl = {
  show: parseAsStringLiteral(['all', 'active', 'failed'] as const).withDefault('all'),
  state: parseAsStringLiteral(jobState.options),
  page: parseAsInteger.withDefault(1),
};
export const loadJobList = createLoader(jobListUrl);
export const JOBS_PAGE_SIZE = 25;

export function jobListRead({ show, state, page }: inferParserType<typeof jobListUrl>) {
  return reads.jobs({
    page: Math.max(1, page),
    pageSize: JOBS_PAGE_SIZE,
    ...(show === 'active' ? { active: true } : {}),
    ...(show === 'failed' ? { failed: true } : {}),
    ...(state === null ? {} : { state }),
  });
}
