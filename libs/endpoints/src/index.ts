export type * from './ports.ts';
export type * from './types.ts';
export type * from './schedule/types.ts';
