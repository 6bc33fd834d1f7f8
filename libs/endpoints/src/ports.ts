import type { NetworkState } from '@trustfleet/protocol';

/** What the collector needs of the network. libs/host implements it (observeEndpoint). Never rejects: every failure is a state. */
export interface EndpointPorts {
  observeEndpoint(request: {
    readonly host: string;
    readonly port: number;
    /** Null: no SNI is sent. */
    readonly serverName: string | null;
    /** As HTTPS_PROXY holds it. */
    readonly proxy: string | null;
    readonly timeoutMs: number;
  }): Promise<EndpointLook>;
}

export interface EndpointLook {
  readonly network: NetworkState;
  readonly detail: string | null;
  readonly tls: string | null;
  /** DER as presented, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** Without credentials. */
  readonly proxy: string | null;
}
