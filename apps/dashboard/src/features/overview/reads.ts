import { reads } from '../../lib/api/reads.ts';

/** What the overview shows of the jobs: the newest few. */
export const RECENT_JOBS = reads.jobs({ pageSize: 8 });
