import { createHash } from 'node:crypto';
import { hashAgentSecret, keyPairFromSeed } from '@trustfleet/signing';

/** What a simulated agent knows of its server: what a real one keeps from its enrolment. */
export interface SimServer {
  /** https://host:port of the agent port */
  readonly address: string;
  readonly fleetId: string;
  /** PEM of the fleet CA. */
  readonly caCertificate: string;
  /** The server's Ed25519 public key, raw 32 bytes in base64. */
  readonly serverKey: string;
}

/** One simulated host. */
export interface SimHost {
  readonly hostId: string;
  readonly name: string;
  /** First gate of the upgrade. */
  readonly secret: string;
  /** 32 bytes: the seed of its Ed25519 key. */
  readonly keySeed: Uint8Array;
}

function derived(...parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(parts.join('\n')).digest();
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  const variant = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant.toString(16)}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

/** Host number `index` of the simulated fleet `fleet`: the same in every process, so that nothing has to be handed over. */
export function simHost(fleet: string, index: number): SimHost {
  return {
    hostId: uuidOf(derived(fleet, index, 'host')),
    name: `sim-${String(index).padStart(5, '0')}`,
    secret: derived(fleet, index, 'secret').toString('base64url'),
    keySeed: derived(fleet, index, 'key'),
  };
}

/** What libs/database `hosts.create` and the server's memory keep of it. */
export function simCredentials(host: SimHost): {
  readonly secretHash: string;
  readonly publicKey: Uint8Array;
} {
  const { publicKey } = keyPairFromSeed('ed25519', host.keySeed);
  return { secretHash: hashAgentSecret(host.secret), publicKey: Buffer.from(publicKey, 'base64') };
}
