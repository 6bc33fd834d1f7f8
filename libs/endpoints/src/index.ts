export type * from './ports.ts';
export type * from './types.ts';
export { collectEndpoints } from './collect/collect-endpoints.ts';
export { proxyFor } from './collect/proxy-for.ts';
export * from './schedule/types.ts';
export { afterRound, nextRound } from './schedule/next-round.ts';
