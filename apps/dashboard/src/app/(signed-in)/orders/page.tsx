import type { SearchParams } from 'nuqs/server';
import { loadOrderList, orderListRead } from '../../../features/orders/order-list-url.ts';
import { OrdersView } from '../../../features/orders/orders-view.tsx';
import { Prefetched } from '../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('orders.title');

export default async function OrdersPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  return (
    <Prefetched reads={[orderListRead(await loadOrderList(searchParams))]}>
      <OrdersView />
    </Prefetched>
  );
}
