import { HostView } from '../../../../features/host/host-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('hosts.title');

export default async function HostPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Prefetched reads={[reads.host(id), reads.overview]}>
      <HostView id={id} />
    </Prefetched>
  );
}
