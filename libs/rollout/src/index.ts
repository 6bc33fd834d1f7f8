export type * from './types.ts';
export { isAccepted, isFailure, isFinal, isOpen } from './job-states.ts';
export { AGENT_TRANSITIONS, canReach, SERVER_TRANSITIONS } from './transitions.ts';
export { acceptEvent, moveByServer, newJob } from './accept-event.ts';
export {
  cancelDecision,
  isCancellable,
  mustHearCancel,
  type CancelDecision,
  type CancelFacts,
} from './cancel.ts';
export { nextDelivery, REDELIVER_AFTER_MS } from './next-delivery.ts';
export { isLost, lostDeadline, REPORT_GRACE_MS, waitingTime } from './lost-deadline.ts';
export { isSuperseded, type SupersedeFacts } from './supersede.ts';
export { saysUndone, undoStanding } from './undo.ts';
