import type { SearchParams } from 'nuqs/server';
import { cleanDraft, loadNewOrder } from '../../../../features/orders/new-order-url.ts';
import { NewOrderView } from '../../../../features/orders/new-order-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { Permitted } from '../../../../lib/data/permitted.tsx';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('order.newTitle');

export default async function NewOrderPage({
  searchParams,
}: {
  readonly searchParams: Promise<SearchParams>;
}) {
  const { anchor } = cleanDraft(await loadNewOrder(searchParams));
  return (
    <Permitted needs="orders.create">
      <Prefetched reads={anchor === null ? [] : [reads.certificate(anchor)]}>
        <NewOrderView />
      </Prefetched>
    </Permitted>
  );
}
