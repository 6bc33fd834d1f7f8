import type { SearchParams } from 'nuqs/server';
import { installListRead, loadInstallList } from '../../../features/installs/install-list-url.ts';
import { InstallsView } from '../../../features/installs/installs-view.tsx';
import { Permitted } from '../../../lib/data/permitted.tsx';
import { Prefetched } from '../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('installs.title');

export default async function InstallsPage({
  searchParams,
}: {
  readonly searchParams: Promise<SearchParams>;
}) {
  const first = installListRead(await loadInstallList(searchParams)).page(null);
  return (
    <Permitted needs="installs.read">
      <Prefetched reads={[first]}>
        <InstallsView />
      </Prefetched>
    </Permitted>
  );
}
