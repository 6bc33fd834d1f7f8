import type { Server } from 'node:https';
import type { KeyObject } from 'node:crypto';
import type { AgentMessage, ConfiguredEndpoint, Hello, ServerMessage } from '@trustfleet/protocol';

/** What the hub must know of a host, from memory: the gates do no I/O (protocol.md, "Identity"). */
export interface HostCredentials {
  /** SHA-256 of the host's secret, lower-case hex (`hashAgentSecret` of libs/signing). */
  readonly secretHash: string;
  /** A second secret that is let in too while `settings` change it; absent or null as a rule. */
  readonly nextSecretHash?: string | null;
  /** The host's Ed25519 public key, raw 32 bytes in base64. */
  readonly publicKey: string;
}

/** Port: all enrolled hosts. Called once an upgrade with the id that the stranger claims; must not do I/O. */
export interface HostDirectory {
  find(hostId: string): HostCredentials | undefined;
}

/** Messages that the server sends through the hub; `welcome` is the hub's own. */
export type OutgoingMessage = Exclude<ServerMessage, { type: 'welcome' }>;

/**
 * `sent`: handed to the socket, which is no proof of arrival. `offline`: no socket. `congested`: the host does not
 * read fast enough, nothing was queued, try again later (a job is a row first). `tooLarge`: the frame would exceed 1 MiB.
 */
export type SendResult = 'sent' | 'offline' | 'congested' | 'tooLarge';

/** One proved socket of one host. */
export interface AgentSession {
  readonly sessionId: string;
  readonly hostId: string;
  /** As verified: protocol, agent version, permits, section digests … */
  readonly hello: Hello;
  readonly remoteAddress: string;
  /** Of the secret that let it in: tells which of two an agent goes by while `settings` change it. */
  readonly secretHash: string;
  /** The agent saw another TLS certificate than this server serves: something on the path terminates TLS. */
  readonly interception: boolean;
  readonly connectedAt: Date;
  /** When the last message of any kind came. */
  readonly lastSeen: () => Date;
  readonly send: (message: OutgoingMessage) => SendResult;
}

/**
 * Why a session ended. `replaced`: a newer socket of the same host lives, so the host is not offline; after every
 * other one it is. `bye` is a shutdown that the agent announced, `lost` any end without it.
 */
export type SessionEnd =
  'bye' | 'lost' | 'missedHeartbeats' | 'replaced' | 'rejected' | 'disconnected' | 'congested' | 'shutdown';

export interface SessionClose {
  readonly end: SessionEnd;
  readonly reason: string;
}

/** Somebody was turned away, or a socket closed for what it sent. Texts are ours, never the peer's bytes. */
export interface Rejection {
  readonly stage: 'upgrade' | 'handshake' | 'session';
  /** HTTP status at `upgrade`, WebSocket close code after it. */
  readonly code: number;
  readonly reason: string;
  readonly remoteAddress: string;
  /** Proved only when `stage` is `session`. */
  readonly hostId: string | null;
}

/**
 * What the server does with what comes. Calls for one host never overlap and keep their order: the next message waits
 * for the promise of the one before, and beyond a bound the socket is no longer read. A rejected promise goes to `onError`.
 */
export interface AgentHubHandlers {
  /** After the signed handshake and the `welcome`. The usual answer is `session.send({type:'ack', wantSections})`. */
  readonly onHello: (session: AgentSession) => void | Promise<void>;
  /** Every message but `bye`. A gap in `seq` was already answered with `fullState`. */
  readonly onMessage: (session: AgentSession, message: AgentMessage) => void | Promise<void>;
  readonly onClose: (session: AgentSession, close: SessionClose) => void | Promise<void>;
  readonly onRejected?: (rejection: Rejection) => void;
  readonly onError?: (error: unknown, context: { hostId: string | null; during: string }) => void;
}

/** Time, so that tests own it. */
export interface HubClock {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly wallTime: () => Date;
  /** Calls `callback` every `ms` until the returned function is called. */
  readonly every: (ms: number, callback: () => void) => () => void;
  readonly after: (ms: number, callback: () => void) => () => void;
}

export interface AgentHubOptions {
  readonly server: Server;
  readonly serverId: string;
  /** SHA-256 of the DER of the TLS certificate that `server` serves, lower-case hex. */
  readonly certificateSha256: string;
  /** The server's Ed25519 private key. */
  readonly signingKey: KeyObject;
  readonly hosts: HostDirectory;
  readonly handlers: AgentHubHandlers;
  /** Said in `welcome`. */
  readonly heartbeatIntervalMs?: number;
  readonly scanIntervalMs?: number;
  /** Port: the endpoints of a host, from memory, for its welcome; undefined where they are not known, and the agent keeps what it has. */
  readonly endpoints?: (hostId: string) => readonly ConfiguredEndpoint[] | undefined;
  readonly limits?: Partial<HubLimits>;
  readonly clock?: HubClock;
  readonly randomBytes?: (size: number) => Uint8Array;
}

export interface AgentHub {
  readonly send: (hostId: string, message: OutgoingMessage) => SendResult;
  /** One message to many hosts, or each its own as of the moment when it is sent, in chunks that yield to the event loop. */
  readonly sendMany: (
    hostIds: Iterable<string>,
    message: OutgoingMessage | ((hostId: string) => OutgoingMessage),
  ) => Promise<Map<string, SendResult>>;
  /** Closes the host's socket, proved or not, within this call. `revoked` tells the agent not to hurry back. */
  readonly disconnect: (hostId: string, reason: 'revoked' | 'disconnected') => void;
  readonly session: (hostId: string) => AgentSession | undefined;
  readonly sessions: () => IterableIterator<AgentSession>;
  readonly counts: () => { readonly online: number; readonly handshaking: number };
  /** Messages of proved agents since the start. */
  readonly messages: () => number;
  /**
   * Refuses new upgrades, sends `reconnect` with delays spread over `spreadMs` (default 60 s), closes every socket
   * and ends those that linger. After it resolves no handler is called any more.
   */
  readonly close: (options?: { readonly spreadMs?: number }) => Promise<void>;
}

/** Every bound of the hub. Defaults: `DEFAULT_HUB_LIMITS`. */
export interface HubLimits {
  /** Largest frame after the handshake, bytes. */
  readonly maxFrameBytes: number;
  /** Everything that a socket may send before it is proved, bytes. */
  readonly maxHandshakeBytes: number;
  readonly handshakeTimeoutMs: number;
  /** Unproved sockets that one host id may hold. */
  readonly maxHandshakesPerHost: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  /** Admitted upgrades (with a good secret) a second, and at once; beyond: 503 with Retry-After. */
  readonly upgradesPerSecond: number;
  readonly upgradeBurst: number;
  /** Refused upgrades a second of one address that still get a 401; beyond: 429. Good secrets are never held back by it. */
  readonly refusalsPerSecond: number;
  readonly refusalBurst: number;
  /** Addresses remembered for that. */
  readonly maxRefusalAddresses: number;
  /** Messages and pings of one socket; each full 64 KiB of a frame counts as one more. Beyond: not read for a while and told to slow down. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** So often in a row told to slow down: closed. */
  readonly maxSlowDowns: number;
  /** Messages of one socket that wait for their handler before it is no longer read. */
  readonly maxWaitingMessages: number;
  /** Unsent bytes from which nothing more is queued for a socket. */
  readonly softBufferBytes: number;
  /** Unsent bytes that close a socket when they stay for `hardBufferMs`. */
  readonly hardBufferBytes: number;
  readonly hardBufferMs: number;
  /** Sends of `sendMany` before it yields. */
  readonly sendChunk: number;
}
