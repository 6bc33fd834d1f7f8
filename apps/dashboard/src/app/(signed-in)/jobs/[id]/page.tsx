import { JobView } from '../../../../features/jobs/job-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('jobs.title');

export default async function JobPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Prefetched reads={[reads.job(id)]}>
      <JobView id={id} />
    </Prefetched>
  );
}
