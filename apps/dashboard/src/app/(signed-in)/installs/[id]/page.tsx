import { InstallView } from '../../../../features/installs/install-view.tsx';
import { pagedReads } from '../../../../lib/api/reads.ts';
import { namedTitle } from '../../../../lib/data/named-title.ts';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';

export const generateMetadata = namedTitle({
  read: (id: string) => pagedReads.install(id).page(null),
  name: ({ source, path }) => `${source}${path}`,
  fallback: 'installs.title',
});

export default async function InstallPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Prefetched reads={[pagedReads.install(id).page(null)]}>
      <InstallView id={id} />
    </Prefetched>
  );
}
