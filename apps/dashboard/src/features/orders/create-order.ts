import { API_ROUTES, type CreateOrder } from '@trustfleet/api';
import { z } from 'zod';
import { post } from '../../lib/api/browser.ts';
import { limitsOf, type OrderLimits } from './order-limits.ts';
import { requestOf, type OrderSubject } from './order-subject.ts';

export interface WantedOrder {
  readonly subject: OrderSubject;
  readonly hostIds: readonly string[];
  readonly reason: string;
  readonly mode: CreateOrder['mode'];
  /** Null: now. */
  readonly notBefore: Date | null;
  readonly limits: OrderLimits;
}

const created = z.object({ id: z.uuid() });

function bodyOf(order: WantedOrder): CreateOrder {
  const { subject, hostIds, reason, mode, notBefore, limits } = order;
  const wanted = mode === 'plan' ? undefined : limitsOf(limits);
  return {
    ...requestOf(subject),
    mode,
    hostIds: [...hostIds],
    reason: reason.trim(),
    ...(notBefore === null ? {} : { notBefore: notBefore.toISOString() }),
    ...(wanted === undefined ? {} : { limits: wanted }),
  };
}

/** Sends the order; answers its id. Throws `ApiProblem`. */
export async function sendOrder(draft: WantedOrder): Promise<string> {
  return (await post({ path: API_ROUTES.orders, body: bodyOf(draft), schema: created })).id;
}
