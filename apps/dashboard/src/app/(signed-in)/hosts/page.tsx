import type { SearchParams } from 'nuqs/server';
import { EnrolDialog } from '../../../features/enrolment/enrol-dialog.tsx';
import { hostListRead, loadHostList } from '../../../features/hosts/host-list-url.ts';
import { HostsView } from '../../../features/hosts/hosts-view.tsx';
import { Prefetched } from '../../../lib/data/prefetched.tsx';
import { May } from '../../../lib/permissions/may.tsx';
import { pageTitle } from '../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('hosts.title');

export default async function HostsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const state = await loadHostList(searchParams);
  return (
    <Prefetched reads={[hostListRead(state)]}>
      <HostsView
        enrol={
          <May needs="hosts.enrol">
            <EnrolDialog />
          </May>
        }
      />
    </Prefetched>
  );
}
