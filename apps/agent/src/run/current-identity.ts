import type { AgentIdentity } from '@trustfleet/agent-link';
import { saveIdentity, type LoadedIdentity } from '../state/identity.ts';

/** Who this host is at this moment: settings of the server may change how it connects and whose keys it goes by. */
export interface CurrentIdentity {
  current(): AgentIdentity;
  /** From now on, in this process. */
  set(identity: AgentIdentity): void;
  /** The same, on disk when it resolves. */
  save(identity: AgentIdentity): Promise<void>;
}

export function createCurrentIdentity(stateDir: string, loaded: LoadedIdentity): CurrentIdentity {
  const { name, enrolledAt } = loaded;
  let current = loaded.link;
  return {
    current: () => current,
    set(identity) {
      current = identity;
    },
    async save(identity) {
      current = identity;
      await saveIdentity(stateDir, identity, { name, enrolledAt });
    },
  };
}
