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
  const { state, now, notBefore } = facts;
  if (state !== 'queued' && state !== 'heldOffline' && state !== 'offered') return { kind: 'done' };
  if (facts.cancelRequestedAt !== null && facts.offeredAt === null)
    return { kind: 'cancel', state: 'cancelled' };
  const expiry = expiresAt(facts);
  if (now.getTime() >= expiry.getTime()) return { kind: 'expire', state: 'deliveryExpired' };
  if (facts.cancelRequestedAt !== null) return giveUp(facts, expiry);
  if (now.getTime() < notBefore.getTime()) return { kind: 'wait', state: 'queued', until: notBefore };
  if (facts.hostHeld) return hold(facts, expiry);
  return offer(facts, expiry);
}

/** Nothing goes to a host that is held. One that was offered before and answers all the same is heard. */
function hold({ state }: DeliveryFacts, until: Date): DeliveryDecision {
  return state === 'queued'
    ? { kind: 'wait', state: 'queued', until }
    : { kind: 'hold', state: 'heldOffline', until };
}

function offer({ onlineSince, offeredAt, now }: DeliveryFacts, expiry: Date): DeliveryDecision {
  if (onlineSince === null) return { kind: 'hold', state: 'heldOffline', until: expiry };
  const due = answerDue(offeredAt, onlineSince);
  if (due !== null && now.getTime() < due.getTime())
    return { kind: 'awaitAnswer', state: 'offered', until: due };
  return { kind: 'offer', state: 'offered', next: new Date(now.getTime() + REDELIVER_AFTER_MS) };
}

/**
 * It was sent, and is to be given up. The host is told `cancel`, again and again. One that has heard it for a while in this session and
 * still says nothing holds nothing of this job, or has it behind others and drops it before its first step: its unacknowledged events
 * would have come by now. Should it speak of the job after all, it hears `cancel` once more (`mustHearCancel`).
 */
function giveUp(facts: DeliveryFacts, expiry: Date): DeliveryDecision {
  const { state, onlineSince, cancelRequestedAt, now } = facts;
  if (onlineSince === null) return { kind: 'hold', state: 'heldOffline', until: expiry };
  const toldSince = Math.max(onlineSince.getTime(), cancelRequestedAt?.getTime() ?? 0);
  const settled = new Date(toldSince + REDELIVER_AFTER_MS);
  if (now.getTime() >= settled.getTime()) return { kind: 'cancel', state: 'cancelled' };
  return { kind: 'askToCancel', state: state === 'offered' ? 'offered' : 'heldOffline', until: settled };
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
