import type { AnchorRemedy } from '@trustfleet/api';

export interface NewOrderStart {
  readonly remedy: AnchorRemedy;
  readonly anchor: string | null;
  /** Null: the operating system's own. */
  readonly store: string | null;
  readonly hostIds: readonly string[];
}

/** Address of the page that makes an order, with what is known of it already. */
export function newOrderPath({ remedy, anchor, store, hostIds }: NewOrderStart): string {
  const query = new URLSearchParams();
  if (remedy !== 'trustStore.addAnchor') query.set('remedy', remedy);
  if (anchor !== null) query.set('anchor', anchor);
  if (store !== null) query.set('store', store);
  if (hostIds.length > 0) query.set('hosts', hostIds.join(','));
  const text = query.toString();
  return text === '' ? '/orders/new' : `/orders/new?${text}`;
}
