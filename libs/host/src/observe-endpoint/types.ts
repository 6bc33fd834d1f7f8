/** One look at an endpoint, by somebody who verifies nothing and sends nothing once the handshake is over (failures.md §7.2). */
export interface ObserveRequest {
  /** DNS name or IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Name sent as SNI; null: none is sent, as uploads of shotgun_api3 3.0.36 – 3.8.1 do (shotgrid.md §1.4). An IP address is never sent. */
  readonly serverName: string | null;
  /** As HTTPS_PROXY holds it (`http://user:password@proxy:3128`, `proxy:3128`); null: no proxy. */
  readonly proxy: string | null;
  /** Of the whole look, from the name's resolution to the end of the handshake. */
  readonly timeoutMs: number;
}

/** What it saw. Never rejects: every failure is a state. */
export interface EndpointObservation {
  /** `connected`: TLS was spoken, also where the handshake failed (`detail` says how). */
  readonly network:
    'connected' | 'dnsFailed' | 'refused' | 'timedOut' | 'reset' | 'unreachable' | 'proxyRefused' | 'notTls';
  /** One sentence for people without anything that differs from one look to the next (addresses, numbers); null where all went well. */
  readonly detail: string | null;
  /** e.g. `TLSv1.3`; null where no version was agreed on. */
  readonly tls: string | null;
  /** DER in the order in which they were presented, strangers and duplicates included; at most 32. */
  readonly chain: readonly Uint8Array[];
  /** `host:port` of the proxy it went through, without credentials. */
  readonly proxy: string | null;
}
