import type { SearchParams } from 'nuqs/server';
import { jobListRead, loadJobList } from '../../../features/jobs/job-list-url.ts';
import { JobsView } from '../../../features/jobs/jobs-view.tsx';
import { Prefetched } from '../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('jobs.title');

export default async function JobsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  return (
    <Prefetched reads={[jobListRead(await loadJobList(searchParams))]}>
      <JobsView />
    </Prefetched>
  );
}
