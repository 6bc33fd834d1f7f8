import { HostView } from '../../../../features/host/host-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { namedTitle } from '../../../../lib/data/named-title.ts';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';

export const generateMetadata = namedTitle({
  read: reads.host,
  name: (host) => host.name,
  fallback: 'hosts.title',
});

export default async function HostPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Prefetched reads={[reads.host(id), reads.overview]}>
      <HostView id={id} />
    </Prefetched>
  );
}
