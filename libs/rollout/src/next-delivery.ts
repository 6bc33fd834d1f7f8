import { REPORT_GRACE_MS } from './lost-deadline.ts';
import type { DeliveryDecision, DeliveryFacts } from './types.ts';

/** An offer without an answer is sent again in the same session after this; the agent answers a job it holds with its last event. */
export const REDELIVER_AFTER_MS = 60 * 1000;

/**
 * What delivery has to do with a job now. Bounds: at `notBefore` it may go out, at `deliverBy` a job that never went out expires. One
 * that did may have been accepted though the word is still on its way: it expires only when that word is overdue too, and until then a
 * host that comes back is offered it again, since its answer settles the matter (protocol.md: its last event, or `deliveryExpired`).
 */
export function nextDelivery(facts: DeliveryFacts): DeliveryDecision {
  const { state, now, notBefore, onlineSince, offeredAt } = facts;
  if (state !== 'queued' && state !== 'heldOffline' && state !== 'offered') return { kind: 'done' };
  const expiry = expiresAt(facts);
  if (now.getTime() >= expiry.getTime()) return { kind: 'expire', state: 'deliveryExpired' };
  if (now.getTime() < notBefore.getTime()) return { kind: 'wait', state: 'queued', until: notBefore };
  if (onlineSince === null) return { kind: 'hold', state: 'heldOffline', until: expiry };
  const due = answerDue(offeredAt, onlineSince);
  if (due !== null && now.getTime() < due.getTime())
    return { kind: 'awaitAnswer', state: 'offered', until: due };
  return { kind: 'offer', state: 'offered', next: new Date(now.getTime() + REDELIVER_AFTER_MS) };
}

function expiresAt({ offeredAt, deliverBy, executionTimeoutMs }: DeliveryFacts): Date {
  return offeredAt === null
    ? deliverBy
    : new Date(deliverBy.getTime() + executionTimeoutMs + REPORT_GRACE_MS);
}

/** When the answer to an offer of this session is due; null if this session has seen none. */
function answerDue(offeredAt: Date | null, onlineSince: Date): Date | null {
  if (offeredAt === null || offeredAt.getTime() < onlineSince.getTime()) return null;
  return new Date(offeredAt.getTime() + REDELIVER_AFTER_MS);
}
