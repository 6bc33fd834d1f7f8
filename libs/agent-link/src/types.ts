import type {
  CertificatesMessage,
  ConfiguredEndpoint,
  Heartbeat,
  Hello,
  JobEvent,
  JobMessage,
  KeySet,
  RequestMessage,
  SettingsMessage,
  SettingsResult,
} from '@trustfleet/protocol';

/** What enrolment gives and the agent keeps (0600). Everything the link trusts stands here, nothing in the machine's trust store. */
export interface AgentIdentity {
  /** https://host:port of the agent port */
  readonly address: string;
  readonly fleetId: string;
  readonly hostId: string;
  /** First gate of the upgrade. */
  readonly secret: string;
  /** PEM of the fleet CA. */
  readonly caCertificate: string;
  /** The server's Ed25519 public key of the enrolment token, raw 32 bytes in base64: what is gone by until a key set is pinned. */
  readonly serverKey: string;
  /** Who may sign what; absent or null where none was pinned (an agent that enrolled before there were key sets). */
  readonly keySet?: KeySet | null;
  /** Seed of the host's Ed25519 key, 32 bytes in base64. */
  readonly keySeed: string;
}

export interface EnrolRequestFacts {
  readonly token: string;
  /** 32 random bytes that become the host's key. */
  readonly keySeed: Uint8Array;
  readonly hostname: string;
  readonly platform: 'linux' | 'windows' | 'macos';
  readonly agentVersion: string;
  /** For the whole exchange; default 30 s. */
  readonly timeoutMs?: number;
}

/** A section as it stands now: exact canonical bytes as text, and their SHA-256. */
export interface InventorySection {
  readonly digest: string;
  readonly body: string;
}

/** Port: DER of certificates that the inventory names. A fingerprint it does not know is left out. */
export interface CertificateSource {
  readonly find: (fingerprints: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Port: job events on disk until the server has acknowledged them (implemented by libs/repair). */
export interface JobEventOutbox {
  /** Oldest first, as on disk. */
  readonly pending: () => Promise<readonly JobEvent[]>;
  readonly acknowledge: (eventIds: readonly string[]) => Promise<void>;
}

/** Port: outcomes of `settings` on disk until the server has acknowledged them. */
export interface SettingsResultStore {
  /** Oldest first. */
  readonly pending: () => Promise<readonly SettingsResult[]>;
  readonly acknowledge: (ids: readonly string[]) => Promise<void>;
}

/**
 * What `hello` says about this agent, asked at each connect. `instance` is one random uuid for each run of the program. Digests of
 * sections and the version of the pinned key set are added by the link.
 */
export type HelloFacts = Pick<
  Hello,
  'agentVersion' | 'bootId' | 'instance' | 'capabilities' | 'permits' | 'allowListDigest' | 'keeper'
>;

export type HeartbeatFacts = Omit<Heartbeat, 'type'>;

/** `waiting` until `retryAt` (wall clock); `stopped` before start and after stop. */
export type LinkState =
  | { readonly name: 'stopped' }
  | { readonly name: 'connecting' }
  | {
      readonly name: 'online';
      readonly session: string;
      readonly since: Date;
      readonly interception: boolean;
    }
  | { readonly name: 'waiting'; readonly retryAt: Date; readonly reason: string };

/** Something that a person should see in `trustfleet-agent status` and the log. Never ends the link. */
export interface LinkProblem {
  readonly code:
    | 'unreachable'
    | 'refusedCredentials'
    | 'serverBusy'
    | 'wrongServer'
    | 'interception'
    | 'untrustedCertificate'
    | 'handshakeFailed'
    | 'badFrame'
    | 'badMessage'
    | 'connectionLost'
    | 'replaced'
    | 'sectionTooLarge'
    | 'certificateTooLarge'
    | 'handlerFailed';
  /** What happened, where, what to do next. */
  readonly message: string;
}

/** Server time as signed in the last `welcome`; the agent's clock is compared with it, never trusted over it. */
export interface SignedServerTime {
  readonly session: string;
  /** RFC 3339 */
  readonly serverTime: string;
  /** The agent's monotonic clock when it arrived, milliseconds. */
  readonly receivedAt: number;
}

export interface LinkHandlers {
  readonly onJob: (message: JobMessage) => void | Promise<void>;
  readonly onCancel: (jobId: string) => void | Promise<void>;
  readonly onRequest: (what: RequestMessage['what']) => void | Promise<void>;
  readonly onSettings?: (message: SettingsMessage) => void | Promise<void>;
  /**
   * The whole list of endpoints that count from now on: of `welcome` where the server has one (an empty list clears it), and of each
   * `endpoints` message. One call at a time, and of lists that came meanwhile only the newest.
   */
  readonly onEndpoints?: (endpoints: readonly ConfiguredEndpoint[]) => void | Promise<void>;
  readonly onWelcome?: (welcome: {
    readonly time: SignedServerTime;
    readonly heartbeatIntervalMs: number;
    readonly scanIntervalMs: number;
  }) => void | Promise<void>;
  readonly onState?: (state: LinkState) => void;
  readonly onProblem?: (problem: LinkProblem) => void;
}

/** Time, so that tests own it. */
export interface LinkClock {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly wallTime: () => Date;
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** Every wait and bound of the link. Defaults: `DEFAULT_LINK_LIMITS`. */
export interface LinkLimits {
  readonly connectTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** After a server loss the first try comes at a random moment within this. */
  readonly firstDelayMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** Longest wait that a server may order by Retry-After or `reconnect`. */
  readonly maxOrderedDelayMs: number;
  /** Bounds of the heartbeat's interval, whatever the server's welcome says. */
  readonly minHeartbeatMs: number;
  readonly maxHeartbeatMs: number;
  /** A heartbeat is due after interval × (1 ± this). */
  readonly heartbeatJitter: number;
  /** What was sent and not acknowledged for so long is sent again. */
  readonly acknowledgeTimeoutMs: number;
  readonly maxSlowDownMs: number;
  readonly maxFrameBytes: number;
  readonly maxSectionChars: number;
  readonly maxCertificateBytes: number;
  /** Certificates that may wait to be sent; further wishes are forgotten until the server repeats them. */
  readonly maxWantedCertificates: number;
  /** Jobs, cancels and requests whose handlers may run at once; further ones are reported and left to the server's next offer. */
  readonly maxHandlersAtOnce: number;
  /** `stop` waits so long for the `bye` to leave. */
  readonly stopTimeoutMs: number;
}

export interface AgentLinkOptions {
  readonly identity: AgentIdentity;
  readonly hello: () => HelloFacts;
  readonly certificates: CertificateSource;
  readonly outbox: JobEventOutbox;
  readonly settingsResults?: SettingsResultStore;
  readonly handlers: LinkHandlers;
  /** Asked right after each welcome, and for every heartbeat. */
  readonly heartbeat?: () => HeartbeatFacts;
  readonly limits?: Partial<LinkLimits>;
  readonly clock?: LinkClock;
  /** In [0, 1): jitter only. */
  readonly random?: () => number;
  /** Secure: keys. */
  readonly randomBytes?: (size: number) => Uint8Array;
}

export interface TrialRequest {
  readonly identity: AgentIdentity;
  /** The fleet CA is new: the server's certificate must be accepted under it. */
  readonly caMustFit: boolean;
  readonly keep: () => Promise<void>;
}

export type Trial =
  | { readonly outcome: 'kept' }
  | { readonly outcome: 'failed'; readonly problem: LinkProblem }
  | { readonly outcome: 'stopped' };

export interface AgentLink {
  /** Connects at once and stays connected until `stop`. */
  readonly start: () => void;
  /** The whole inventory as it is now. Sends digests of what changed, and nothing when nothing did. */
  readonly setInventory: (sections: ReadonlyMap<string, InventorySection>, scannedAt: string) => void;
  /** New events stand in the outbox. */
  readonly jobEventsChanged: () => void;
  /** An outcome stands in `settingsResults`. */
  readonly settingsResultsChanged: () => void;
  /**
   * One try to be `identity`: a second connection, up to a good `welcome`. Then `keep` runs, and when it is done (on disk) the link
   * goes on with that connection. When anything fails before that, the link stays what it was. `stopped`: the link was stopped
   * before it could be decided, which says nothing about the identity. One trial at a time.
   */
  readonly tryIdentity: (request: TrialRequest) => Promise<Trial>;
  /** From the next connection on; for what the present one need not prove (a key set). */
  readonly setIdentity: (identity: AgentIdentity) => void;
  readonly state: () => LinkState;
  /** Says `bye`, closes. After it resolves no handler is called any more. */
  readonly stop: (reason: string) => Promise<void>;
}

export type CertificateBatch = CertificatesMessage['certificates'];
