import { JobView } from '../../../../features/jobs/job-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { namedTitle } from '../../../../lib/data/named-title.ts';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';

export const generateMetadata = namedTitle({
  read: reads.job,
  name: (job) => `${job.title} – ${job.hostName}`,
  fallback: 'jobs.title',
});

export default async function JobPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Prefetched reads={[reads.job(id)]}>
      <JobView id={id} />
    </Prefetched>
  );
}
