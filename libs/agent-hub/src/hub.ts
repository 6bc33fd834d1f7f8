import { randomBytes as secureRandomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import {
  CLOSE_CODES,
  MAX_HANDSHAKE_FRAME_BYTES,
  SUBPROTOCOL,
  type CloseCode,
  type ConfiguredEndpoint,
} from '@trustfleet/protocol';
import { signServerTime } from '@trustfleet/signing';
import { systemClock } from './clock.ts';
import { answerRefusal, createGate, type Admission } from './gate.ts';
import { startHandshake, type Proved } from './handshake.ts';
import { DEFAULT_HUB_LIMITS } from './limits.ts';
import { Session } from './session.ts';
import { TimerWheel } from './timer-wheel.ts';
import { turnAway } from './turn-away.ts';
import type {
  AgentHub,
  AgentHubOptions,
  AgentSession,
  HubClock,
  HubLimits,
  OutgoingMessage,
  SendResult,
  SessionClose,
} from './types.ts';
import { WorkQueue } from './work-queue.ts';

const TICK_MS = 1_000;
const WHEEL_SLOTS = 128;
/** The wheel coming so much later than it should means that this process stood still, not that the agents did. */
const STOOD_STILL_MS = 5_000;
/** ws ends a connection that does not answer a close frame after this. */
const CLOSE_TIMEOUT_MS = 2_000;
/** `close` waits so long for handlers and sockets. */
const CLOSE_LIMIT_MS = 10_000;
const DEFAULT_HEARTBEAT_MS = 30_000;
const DEFAULT_SCAN_MS = 60_000;
const DEFAULT_SPREAD_MS = 60_000;
/** Two heartbeats missed, each up to 10 % late (protocol.md, "Rules" 3). */
const SILENCE_FACTOR = 2 * 1.1;

/**
 * Attaches the agents' WebSocket to an https server's `upgrade`: two gates, one session a host, presence, bounds
 * (protocol.md). The server's own `headersTimeout` guards half-open requests before that.
 */
export function createAgentHub(options: AgentHubOptions): AgentHub {
  const hub = new Hub(options);
  return {
    send: (hostId, message) => hub.session(hostId)?.send(message) ?? 'offline',
    sendMany: (hostIds, message) => hub.sendMany(hostIds, message),
    disconnect: (hostId, reason) => {
      hub.disconnect(hostId, reason);
    },
    session: (hostId) => hub.session(hostId),
    sessions: () => hub.sessions(),
    counts: () => hub.counts(),
    messages: () => hub.messages,
    close: (how) => hub.close(how?.spreadMs ?? DEFAULT_SPREAD_MS),
  };
}

class Hub {
  readonly #options: AgentHubOptions;
  readonly #limits: HubLimits;
  readonly #clock: HubClock;
  readonly #randomBytes: (size: number) => Uint8Array;
  readonly #heartbeatMs: number;
  readonly #wss: WebSocketServer;
  readonly #wheel: TimerWheel<Session>;
  readonly #sessions = new Map<string, Session>();
  readonly #queues = new Map<string, WorkQueue>();
  readonly #handshakes = new Map<string, Set<() => void>>();
  readonly #admit: (request: IncomingMessage) => Admission;
  readonly #stopWheel: () => void;
  #turnedAt: number;
  #grace = false;
  messages = 0;
  #closing = false;

  constructor(options: AgentHubOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_HUB_LIMITS, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#randomBytes = options.randomBytes ?? secureRandomBytes;
    this.#heartbeatMs = options.heartbeatIntervalMs ?? DEFAULT_HEARTBEAT_MS;
    this.#turnedAt = this.#clock.now();
    this.#wss = new WebSocketServer(socketOptions(this.#limits));
    this.#wheel = new TimerWheel<Session>({
      tickMs: TICK_MS,
      slots: WHEEL_SLOTS,
      now: this.#turnedAt,
      check: (session) => session.check(this.#clock.now(), this.#grace),
    });
    this.#admit = createGate({
      hosts: options.hosts,
      limits: this.#limits,
      now: this.#clock.now,
      isClosing: () => this.#closing,
      handshakesOf: (hostId) => this.#handshakes.get(hostId)?.size ?? 0,
      random: () => this.#random(),
    });
    this.#stopWheel = this.#clock.every(TICK_MS, () => {
      this.#turn();
    });
    options.server.on('upgrade', this.#onUpgrade);
  }

  session(hostId: string): Session | undefined {
    return this.#sessions.get(hostId);
  }

  sessions(): IterableIterator<AgentSession> {
    return this.#sessions.values();
  }

  counts(): { online: number; handshaking: number } {
    return {
      online: this.#sessions.size,
      handshaking: [...this.#handshakes.values()].reduce((sum, set) => sum + set.size, 0),
    };
  }

  async sendMany(
    hostIds: Iterable<string>,
    message: OutgoingMessage | ((hostId: string) => OutgoingMessage),
  ): Promise<Map<string, SendResult>> {
    const results = new Map<string, SendResult>();
    for (const hostId of hostIds) {
      const own = typeof message === 'function' ? message(hostId) : message;
      results.set(hostId, this.#sessions.get(hostId)?.send(own) ?? 'offline');
      if (results.size % this.#limits.sendChunk === 0) await yieldToEventLoop();
    }
    return results;
  }

  disconnect(hostId: string, reason: 'revoked' | 'disconnected'): void {
    const code = reason === 'revoked' ? CLOSE_CODES.revoked : CLOSE_CODES.normal;
    for (const abort of [...(this.#handshakes.get(hostId) ?? [])]) abort();
    this.#sessions.get(hostId)?.end({ end: 'disconnected', reason }, code);
  }

  async close(spreadMs: number): Promise<void> {
    this.#closing = true;
    const reason = 'the server is restarting';
    for (const aborts of [...this.#handshakes.values()]) for (const abort of [...aborts]) abort();
    const open = [...this.#sessions.values()];
    for (const [index, session] of open.entries()) {
      session.send({ type: 'reconnect', afterMs: Math.floor(this.#random() * spreadMs), reason });
      session.end({ end: 'shutdown', reason }, CLOSE_CODES.restart);
      if (index % this.#limits.sendChunk === this.#limits.sendChunk - 1) await yieldToEventLoop();
    }
    const ended = Promise.all([
      ...[...this.#queues.values()].map((queue) => queue.idle()),
      ...open.map((session) => session.closed),
    ]);
    await Promise.race([ended, new Promise<void>((resolve) => this.#clock.after(CLOSE_LIMIT_MS, resolve))]);
    for (const session of open) session.terminate();
    this.#stopWheel();
    this.#options.server.off('upgrade', this.#onUpgrade);
    this.#wss.close();
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', ignorePeerReset);
    const admission = this.#admit(request);
    const remoteAddress = request.socket.remoteAddress ?? 'unknown';
    if (!admission.ok) {
      const { status, reason, silent } = admission.refusal;
      answerRefusal(socket, admission.refusal);
      if (silent !== true)
        this.#options.handlers.onRejected?.({
          stage: 'upgrade',
          code: status,
          reason,
          remoteAddress,
          hostId: null,
        });
      return;
    }
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      socket.off('error', ignorePeerReset);
      this.#handshake({ ws, socket, admission, remoteAddress });
    });
  };

  #handshake(upgrade: Upgrade): void {
    const { ws, socket, admission, remoteAddress } = upgrade;
    const { hostId, credentials } = admission;
    const forget = (): void => {
      const aborts = this.#handshakes.get(hostId);
      aborts?.delete(abort);
      if (aborts?.size === 0) this.#handshakes.delete(hostId);
    };
    const fail = ({ code, reason }: { code: CloseCode | 'lost'; reason: string }): void => {
      forget();
      ws.off('error', onError);
      ws.on('error', ignorePeerReset);
      if (code === 'lost') return;
      turnAway({ ws, socket }, code, reason);
      this.#options.handlers.onRejected?.({ stage: 'handshake', code, reason, remoteAddress, hostId: null });
    };
    const onError = (): void => {
      handshake.abort();
      fail({ code: CLOSE_CODES.protocolError, reason: 'a frame that breaks RFC 6455 or its limits' });
    };
    const abort = (): void => {
      handshake.abort();
      fail({ code: CLOSE_CODES.restart, reason: 'given up by the server' });
    };
    this.#handshakes.set(hostId, (this.#handshakes.get(hostId) ?? new Set()).add(abort));
    ws.on('error', onError);
    const handshake = startHandshake({
      ws,
      socket,
      hostId,
      credentials,
      serverId: this.#options.serverId,
      certificateSha256: this.#options.certificateSha256,
      signingKey: this.#options.signingKey,
      limits: this.#limits,
      clock: this.#clock,
      randomBytes: this.#randomBytes,
      onFailed: fail,
      onError: (error) => {
        this.#options.handlers.onError?.(error, { hostId, during: 'handshake' });
      },
      onProved: (proved) => {
        forget();
        ws.off('error', onError);
        this.#open(upgrade, proved);
      },
    });
  }

  #open(upgrade: Upgrade, proved: Proved): void {
    const { hostId } = upgrade.admission;
    const { handlers } = this.#options;
    const queue = this.#queueOf(hostId);
    const session: Session = new Session({
      ws: upgrade.ws,
      socket: upgrade.socket,
      hostId,
      remoteAddress: upgrade.remoteAddress,
      secretHash: upgrade.admission.secretHash,
      proved,
      limits: this.#limits,
      clock: this.#clock,
      queue,
      silenceMs: this.#heartbeatMs * SILENCE_FACTOR,
      onMessage: (message) => {
        this.messages += 1;
        return handlers.onMessage(session, message);
      },
      onEnd: (close, code) => {
        this.#onEnd(session, close, code);
      },
      onError: (error) => {
        handlers.onError?.(error, { hostId, during: 'frame' });
      },
      onLookAgain: (ms) => {
        this.#wheel.schedule(session, ms);
      },
    });
    const older = this.#sessions.get(hostId);
    this.#sessions.set(hostId, session);
    older?.end({ end: 'replaced', reason: 'a newer socket of the same host' }, CLOSE_CODES.replaced);
    this.#wheel.schedule(session, this.#heartbeatMs * SILENCE_FACTOR);
    this.#welcome(session);
    queue.push(() => this.#hello(session));
  }

  /** One that the server could not take in is in no record, and nothing would be offered to it: its host comes back and says it again. */
  async #hello(session: Session): Promise<void> {
    try {
      await this.#options.handlers.onHello(session);
    } catch (error) {
      session.end(
        { end: 'disconnected', reason: 'its hello could not be handled' },
        CLOSE_CODES.internalError,
      );
      throw error;
    }
  }

  #welcome(session: Session): void {
    const endpoints = this.#options.endpoints?.(session.hostId)?.slice();
    const inWelcome = endpoints !== undefined && fitsWelcome(endpoints);
    const time = { session: session.sessionId, serverTime: this.#clock.wallTime().toISOString() };
    session.transmit({
      type: 'welcome',
      ...time,
      heartbeatIntervalMs: this.#heartbeatMs,
      scanIntervalMs: this.#options.scanIntervalMs ?? DEFAULT_SCAN_MS,
      serverTimeSignature: signServerTime(time, this.#options.signingKey),
      ...(inWelcome ? { endpoints } : {}),
    });
    if (endpoints !== undefined && !inWelcome) session.send({ type: 'endpoints', endpoints });
  }

  #onEnd(session: Session, close: SessionClose, code: CloseCode | null): void {
    const { hostId, remoteAddress } = session;
    const { handlers } = this.#options;
    this.#wheel.remove(session);
    if (this.#sessions.get(hostId) === session) this.#sessions.delete(hostId);
    if (code !== null)
      handlers.onRejected?.({ stage: 'session', code, reason: close.reason, remoteAddress, hostId });
    const queue = this.#queueOf(hostId);
    queue.push(() => handlers.onClose(session, close));
    queue.push(() => {
      if (queue.length === 0 && !this.#sessions.has(hostId)) this.#queues.delete(hostId);
    });
  }

  #queueOf(hostId: string): WorkQueue {
    const existing = this.#queues.get(hostId);
    if (existing !== undefined) return existing;
    const queue = new WorkQueue((error) => {
      this.#options.handlers.onError?.(error, { hostId, during: 'handler' });
    });
    this.#queues.set(hostId, queue);
    return queue;
  }

  #turn(): void {
    const now = this.#clock.now();
    this.#grace = now - this.#turnedAt > TICK_MS + STOOD_STILL_MS;
    this.#turnedAt = now;
    this.#wheel.turn(now);
  }

  #random(): number {
    return Buffer.from(this.#randomBytes(4)).readUInt32BE() / 2 ** 32;
  }
}

function socketOptions(limits: HubLimits): ServerOptions {
  // @types/ws does not know closeTimeout yet (ws 8.19).
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    maxFragments: limits.maxFragments,
    maxBufferedChunks: limits.maxBufferedChunks,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: () => SUBPROTOCOL,
  };
  return options;
}

interface Upgrade {
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly admission: Extract<Admission, { ok: true }>;
  readonly remoteAddress: string;
}

/** Agents take no larger frame before they know their server: a list that leaves no room for the rest follows as a message. */
function fitsWelcome(endpoints: readonly ConfiguredEndpoint[]): boolean {
  return Buffer.byteLength(JSON.stringify(endpoints)) <= MAX_HANDSHAKE_FRAME_BYTES / 2;
}

/** A peer may vanish at any moment; the close that follows is what we act on. */
function ignorePeerReset(): void {
  // Nothing to do: see above.
}

function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
