import { REPORT_GRACE_MS } from './lost-deadline.ts';
import type { DeliveryDecision, DeliveryFacts } from './types.ts';

/** An offer without an answer is sent again in the same session after this; the agent answers a job it holds with its last event. */
export const REDELIVER_AFTER_MS = 60 * 1000;

/**
 * What delivery has to do with a job now. Bounds: at `notBefore` it may go out, at `deliverBy` it no longer may.
 * An offered job may have been accepted though the word is still on its way, so it expires only when that word is overdue too.
 */
export function nextDelivery(facts: DeliveryFacts): DeliveryDecision {
  if (facts.state === 'offered') return nextForOffered(facts);
  if (facts.state !== 'queued' && facts.state !== 'heldOffline') return { kind: 'done' };
  if (facts.now.getTime() >= facts.deliverBy.getTime()) return { kind: 'expire', state: 'deliveryExpired' };
  if (facts.now.getTime() < facts.notBefore.getTime()) return { kind: 'wait', state: 'queued', until: facts.notBefore };
  if (facts.onlineSince === null) return { kind: 'hold', state: 'heldOffline', until: facts.deliverBy };
  return offer(facts);
}

function nextForOffered(facts: DeliveryFacts): DeliveryDecision {
  const overdue = new Date(facts.deliverBy.getTime() + facts.executionTimeoutMs + REPORT_GRACE_MS);
  if (facts.now.getTime() >= overdue.getTime()) return { kind: 'expire', state: 'deliveryExpired' };
  if (facts.onlineSince === null) return { kind: 'hold', state: 'heldOffline', until: overdue };
  const again = answerDue(facts.offeredAt, facts.onlineSince);
  if (again !== null && facts.now.getTime() < again.getTime()) return { kind: 'awaitAnswer', state: 'offered', until: again };
  return offer(facts);
}

/** When the answer to an offer of this session is due; null if this session has seen none. */
function answerDue(offeredAt: Date | null, onlineSince: Date): Date | null {
  if (offeredAt === null || offeredAt.getTime() < onlineSince.getTime()) return null;
  return new Date(offeredAt.getTime() + REDELIVER_AFTER_MS);
}

function offer(facts: DeliveryFacts): DeliveryDecision {
  return { kind: 'offer', state: 'offered', next: new Date(facts.now.getTime() + REDELIVER_AFTER_MS) };
}
