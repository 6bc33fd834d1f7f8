import type { SearchParams } from 'nuqs/server';
import { findingListRead, loadFindingList } from '../../../features/findings/finding-list-url.ts';
import { FindingsView } from '../../../features/findings/findings-view.tsx';
import { reads } from '../../../lib/api/reads.ts';
import { Prefetched } from '../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('findings.title');

export default async function FindingsPage({
  searchParams,
}: {
  readonly searchParams: Promise<SearchParams>;
}) {
  return (
    <Prefetched reads={[findingListRead(await loadFindingList(searchParams)), reads.findingCauses]}>
      <FindingsView />
    </Prefetched>
  );
}
