import type { Client } from '../connection.ts';
import type { Artifact } from '../model/orders.ts';

/** What these orders bring along, by order; each list in the order of its digests. */
export async function artifactsOf(
  client: Client,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, Artifact[]>> {
  const rows = await client.orderArtifact.findMany({
    where: { orderId: { in: [...new Set(orderIds)] } },
    include: { artifact: true },
    orderBy: { sha256: 'asc' },
  });
  const byOrder = new Map<string, Artifact[]>();
  for (const { orderId, artifact } of rows) byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), artifact]);
  return byOrder;
}
