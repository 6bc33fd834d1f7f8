import { API_ROUTES, type CreateOrder } from '@trustfleet/api';
import { z } from 'zod';
import { post } from '../../lib/api/browser.ts';
import type { AnchorSource } from './anchor-source.ts';
import { REMEDY } from './chosen-hosts.ts';

export interface OrderDraft {
  readonly source: AnchorSource;
  readonly hostIds: readonly string[];
  readonly reason: string;
  readonly mode: CreateOrder['mode'];
  /** Null: now. */
  readonly notBefore: Date | null;
}

const created = z.object({ id: z.uuid() });

/** Sends the order; answers its id. Throws `ApiProblem`. */
export async function sendOrder({ source, hostIds, reason, mode, notBefore }: OrderDraft): Promise<string> {
  const body: CreateOrder = {
    remedy: REMEDY,
    mode,
    hostIds: [...hostIds],
    reason: reason.trim(),
    ...source.reference,
    ...(notBefore === null ? {} : { notBefore: notBefore.toISOString() }),
  };
  return (await post({ path: API_ROUTES.orders, body, schema: created })).id;
}
