import { API_ROUTES, type CreateAnchorOrder, type AnchorRemedy } from '@trustfleet/api';
import { z } from 'zod';
import { post } from '../../lib/api/browser.ts';
import type { AnchorSource } from './anchor-source.ts';
import { limitsOf, type OrderLimits } from './order-limits.ts';

export interface WantedOrder {
  readonly remedy: AnchorRemedy;
  /** Null: the operating system's own. */
  readonly store: string | null;
  readonly source: AnchorSource;
  readonly hostIds: readonly string[];
  readonly reason: string;
  readonly mode: CreateAnchorOrder['mode'];
  /** Null: now. */
  readonly notBefore: Date | null;
  readonly limits: OrderLimits;
}

const created = z.object({ id: z.uuid() });

function bodyOf(order: WantedOrder): CreateAnchorOrder {
  const { remedy, store, source, hostIds, reason, mode, notBefore, limits } = order;
  const wanted = mode === 'plan' ? undefined : limitsOf(limits);
  return {
    remedy,
    ...(store === null ? {} : { store }),
    mode,
    hostIds: [...hostIds],
    reason: reason.trim(),
    ...source.reference,
    ...(notBefore === null ? {} : { notBefore: notBefore.toISOString() }),
    ...(wanted === undefined ? {} : { limits: wanted }),
  };
}

/** Sends the order; answers its id. Throws `ApiProblem`. */
export async function sendOrder(draft: WantedOrder): Promise<string> {
  return (await post({ path: API_ROUTES.orders, body: bodyOf(draft), schema: created })).id;
}
