import type { HostDescription, StoreChange } from '../../types.ts';
import { whyNotChangeable } from './read.ts';

export function refuse(host: HostDescription): Promise<StoreChange> {
  return Promise.resolve({ state: 'failed', reason: whyNotChangeable(host), files: [], commands: [] });
}
