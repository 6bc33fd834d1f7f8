import { OrderView } from '../../../../features/orders/order-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('order.title');

export default async function OrderPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Prefetched reads={[reads.order(id)]}>
      <OrderView id={id} />
    </Prefetched>
  );
}
