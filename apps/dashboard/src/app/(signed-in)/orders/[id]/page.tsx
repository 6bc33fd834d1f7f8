import { OrderView } from '../../../../features/orders/order-view.tsx';
import { reads } from '../../../../lib/api/reads.ts';
import { namedTitle } from '../../../../lib/data/named-title.ts';
import { Prefetched } from '../../../../lib/data/prefetched.tsx';

export const generateMetadata = namedTitle({
  read: reads.order,
  name: (order) => order.title,
  fallback: 'orders.title',
});

export default async function OrderPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Prefetched reads={[reads.order(id)]}>
      <OrderView id={id} />
    </Prefetched>
  );
}
