export type * from './types.ts';
export { DEFAULT_HUB_LIMITS } from './limits.ts';
export { createAgentHub } from './hub.ts';
