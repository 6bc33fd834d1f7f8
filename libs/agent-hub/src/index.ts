export type * from './types.ts';
export { createAgentHub } from './hub.ts';
