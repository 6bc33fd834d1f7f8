import { EndpointsView } from '../../../../features/endpoints/endpoints-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { Permitted } from '../../../../lib/data/permitted.tsx';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('endpoints.title');

export default function EndpointsPage() {
  return (
    <Permitted needs="endpoints.read">
      <Prefetched reads={[reads.endpoints, reads.endpointProposals, reads.groups]}>
        <EndpointsView />
      </Prefetched>
    </Permitted>
  );
}
