import { createLoader, type inferParserType, parseAsInteger } from 'nuqs/server';
import { reads } from '../../lib/api/reads.ts';

export const orderListUrl = { page: parseAsInteger.withDefault(1) };
export const loadOrderList = createLoader(orderListUrl);
export const ORDERS_PAGE_SIZE = 25;

export function orderListRead({ page }: inferParserType<typeof orderListUrl>) {
  return reads.orders({ page: Math.max(1, page), pageSize: ORDERS_PAGE_SIZE });
}
