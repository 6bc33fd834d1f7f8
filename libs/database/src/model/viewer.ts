import type { GroupScope } from '@trustfleet/api';

/** On whose behalf something is read: only hosts of these groups, and what belongs to them, are there for them. */
export interface Viewer {
  readonly groups: GroupScope;
}

/** The server itself: sees every group. Never for a request of a person. */
export const SYSTEM: Viewer = { groups: 'all' };
