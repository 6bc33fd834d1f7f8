export type * from './types.ts';
export type { ShotgridPorts } from './ports.ts';
