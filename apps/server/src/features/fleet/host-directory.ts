import type { HostCredentials, HostDirectory } from '@trustfleet/agent-hub';
import type { HostCredential } from '@trustfleet/database';
import { toBase64 } from '@trustfleet/signing';

/** What is remembered of a host beside its credentials, so that what did not change costs no look at the database. */
interface Remembered {
  readonly lastInstance: string | null;
  readonly clockOffsetMs: number | null;
  readonly groupId: string;
}

export interface KnownHost extends HostCredentials, Remembered {}

/** Every host that is not revoked, in memory, so that a stranger at the agents' port costs one look-up (protocol.md, "Identity"). */
export class KnownHosts implements HostDirectory {
  private readonly hosts = new Map<string, KnownHost>();

  constructor(credentials: readonly HostCredential[] = []) {
    for (const credential of credentials) this.add(credential);
  }

  add({ hostId, publicKey, ...same }: HostCredential): void {
    this.hosts.set(hostId, { ...same, publicKey: toBase64(publicKey) });
  }

  /** From now on a stranger. */
  remove(hostId: string): void {
    this.hosts.delete(hostId);
  }

  find(hostId: string): KnownHost | undefined {
    return this.hosts.get(hostId);
  }

  /** What the database says by now. A host that is not (any more) known stays a stranger. */
  update(hostId: string, changes: Partial<Omit<KnownHost, 'publicKey'>>): void {
    const host = this.hosts.get(hostId);
    if (host !== undefined) this.hosts.set(hostId, { ...host, ...changes });
  }

  ids(): string[] {
    return [...this.hosts.keys()];
  }
}
