import { OverviewView } from '../../features/overview/overview-view.tsx';
import { RECENT_JOBS } from '../../features/overview/reads.ts';
import { reads } from '../../lib/api/reads.ts';
import { Prefetched } from '../../lib/data/prefetched.tsx';
import { pageTitle } from '../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('overview.title');

export default function OverviewPage() {
  return (
    <Prefetched reads={[reads.overview, RECENT_JOBS]}>
      <OverviewView />
    </Prefetched>
  );
}
