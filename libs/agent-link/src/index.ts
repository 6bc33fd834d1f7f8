export type * from './types.ts';
export { DEFAULT_LINK_LIMITS } from './limits.ts';
export { enrol, EnrolmentFailed } from './enrol.ts';
export type { EnrolmentFailure } from './enrol.ts';
export { pinnedKeySet } from './pinned-keys.ts';
export { createAgentLink } from './link.ts';
export { nextDelay, parseRetryAfter } from './backoff.ts';
export type { Ending } from './backoff.ts';
