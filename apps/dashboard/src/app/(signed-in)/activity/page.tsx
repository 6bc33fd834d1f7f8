import type { SearchParams } from 'nuqs/server';
import { activityRead, loadActivity } from '../../../features/activity/activity-url.ts';
import { ActivityView } from '../../../features/activity/activity-view.tsx';
import { Permitted } from '../../../lib/data/permitted.tsx';
import { Prefetched } from '../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('activity.title');

export default async function ActivityPage({
  searchParams,
}: {
  readonly searchParams: Promise<SearchParams>;
}) {
  const first = activityRead(await loadActivity(searchParams)).page(null);
  return (
    <Permitted needs="audit.read">
      <Prefetched reads={[first]}>
        <ActivityView />
      </Prefetched>
    </Permitted>
  );
}
