import type { HostCredentials, HostDirectory } from '@trustfleet/agent-hub';
import type { HostCredential } from '@trustfleet/database';
import { toBase64 } from '@trustfleet/signing';

/** Every host's credentials in memory, so that a stranger at the agents' port costs one look-up (protocol.md, "Identity"). */
export class KnownHosts implements HostDirectory {
  private readonly hosts = new Map<string, HostCredentials>();

  constructor(credentials: readonly HostCredential[] = []) {
    for (const credential of credentials) this.add(credential);
  }

  add(credential: HostCredential): void {
    this.hosts.set(credential.hostId, {
      secretHash: credential.secretHash,
      publicKey: toBase64(credential.publicKey),
    });
  }

  find(hostId: string): HostCredentials | undefined {
    return this.hosts.get(hostId);
  }

  ids(): string[] {
    return [...this.hosts.keys()];
  }
}
