import type { KeySet } from '@trustfleet/protocol';
import { keysFor, keySetOfServerKey } from '@trustfleet/signing';
import type { AgentIdentity } from './types.ts';

/** What this host goes by: its pinned key set, else the server key of its enrolment token alone (version 0). */
export function pinnedKeySet(identity: Pick<AgentIdentity, 'fleetId' | 'serverKey' | 'keySet'>): KeySet {
  return identity.keySet ?? keySetOfServerKey(identity);
}

/** Public keys with which the server may prove itself. */
export function serverKeys(identity: AgentIdentity): string[] {
  return keysFor(pinnedKeySet(identity), 'server');
}
