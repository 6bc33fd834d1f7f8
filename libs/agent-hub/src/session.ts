import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import {
  CLOSE_CODES,
  serverMessage,
  type AgentMessage,
  type CloseCode,
  type Hello,
  type ServerMessage,
} from '@trustfleet/protocol';
import { createFrameOpener, createFrameSealer } from '@trustfleet/signing';
import type { Proved } from './handshake.ts';
import { readMessage, sequenceOf } from './incoming.ts';
import { TokenBucket } from './token-bucket.ts';
import { turnAway } from './turn-away.ts';
import type {
  AgentSession,
  HubClock,
  HubLimits,
  OutgoingMessage,
  SendResult,
  SessionClose,
} from './types.ts';
import type { WorkQueue } from './work-queue.ts';

/** Looks at a congested socket this often. */
const CONGESTED_CHECK_MS = 5_000;

/** A big frame counts for several messages, so that the bound on messages bounds bytes too. */
const BYTES_A_TOKEN = 64 * 1024;

export interface SessionOptions {
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly hostId: string;
  readonly remoteAddress: string;
  readonly secretHash: string;
  readonly proved: Proved;
  readonly limits: HubLimits;
  readonly clock: HubClock;
  readonly queue: WorkQueue;
  /** Silence after which the host is offline. */
  readonly silenceMs: number;
  readonly onMessage: (message: AgentMessage) => void | Promise<void>;
  readonly onEnd: (close: SessionClose, code: CloseCode | null) => void;
  readonly onError: (error: unknown) => void;
  /** The wheel should look again in so many milliseconds. */
  readonly onLookAgain: (ms: number) => void;
}

/** One proved socket: opens and seals frames, validates both ways, bounds what it holds. */
export class Session implements AgentSession {
  readonly sessionId = randomUUID();
  readonly hostId: string;
  readonly hello: Hello;
  readonly remoteAddress: string;
  readonly secretHash: string;
  readonly interception: boolean;
  readonly connectedAt: Date;
  /** When the socket is gone. */
  readonly closed: Promise<void>;
  readonly #options: SessionOptions;
  readonly #ws: WebSocket;
  readonly #open: (frame: Uint8Array) => Uint8Array | null;
  readonly #seal: (json: string) => string;
  readonly #rate: TokenBucket;
  readonly #pauses = new Set<'work' | 'rate' | 'congested'>();
  #seenAt: number;
  #seenTime: Date;
  #sequence = 0;
  #slowDowns = 0;
  #byeReason: string | undefined;
  #congested: { since: number; overHardSince: number | undefined; least: number } | undefined;
  #ended = false;

  constructor(options: SessionOptions) {
    const { proved, clock, limits } = options;
    this.#options = options;
    this.#ws = options.ws;
    this.hostId = options.hostId;
    this.hello = proved.hello;
    this.remoteAddress = options.remoteAddress;
    this.secretHash = options.secretHash;
    this.interception = proved.hello.certificate !== proved.challenge.certificate;
    this.connectedAt = clock.wallTime();
    this.#open = createFrameOpener(proved.keys.agentToServer, 'agentToServer');
    this.#seal = createFrameSealer(proved.keys.serverToAgent, 'serverToAgent');
    this.#rate = new TokenBucket(
      { perSecond: limits.messagesPerSecond, burst: limits.messageBurst },
      clock.now(),
    );
    this.#seenAt = clock.now();
    this.#seenTime = this.connectedAt;
    this.#ws.on('message', (data, isBinary) => {
      try {
        this.#onFrame(data, isBinary);
      } catch (error) {
        // An error of ours: thrown on, it would end this process and with it everybody's connection.
        options.onError(error);
        this.reject(CLOSE_CODES.internalError, 'an error of the server');
      }
    });
    this.#ws.on('ping', () => {
      this.#withinRate(0);
    });
    this.#ws.on('error', (error) => {
      const [code, reason] = reasonOf(error);
      this.reject(code, reason);
    });
    this.closed = new Promise((resolve) => {
      this.#ws.once('close', () => {
        resolve();
      });
    });
    this.#ws.on('close', () => {
      this.#finish(
        this.#byeReason === undefined
          ? { end: 'lost', reason: 'the connection ended without a bye' }
          : { end: 'bye', reason: this.#byeReason },
        null,
      );
    });
  }

  lastSeen = (): Date => this.#seenTime;

  send = (message: OutgoingMessage): SendResult => this.transmit(message);

  /** As `send`, for the hub's own messages too. Validates what leaves: a message of ours that fails its schema is our bug and throws. */
  transmit(message: ServerMessage): SendResult {
    if (this.#ended) return 'offline';
    const { limits } = this.#options;
    if (this.#ws.bufferedAmount > limits.softBufferBytes && message.type !== 'ack') return 'congested';
    const json = JSON.stringify(serverMessage.parse(message));
    if (Buffer.byteLength(json) > limits.maxFrameBytes - 64) return 'tooLarge';
    this.#ws.send(this.#seal(json), () => {
      this.#onDrain();
    });
    this.#watchBuffer();
    return 'sent';
  }

  /** Ends the session: for a peer that did nothing wrong. */
  end(close: SessionClose, code: CloseCode): void {
    if (this.#ended) return;
    this.#finish(close, null);
    this.#ws.close(code, close.reason);
  }

  /** Ends the session for what it sent. */
  reject(code: CloseCode, reason: string): void {
    if (this.#ended) return;
    this.#finish({ end: 'rejected', reason }, code);
    turnAway(this.#options, code, reason);
  }

  /** Ends it without waiting for the peer. */
  terminate(): void {
    this.#ws.terminate();
  }

  /** The wheel's look: milliseconds until the next one, or undefined when the session is over. `grace`: our own process stood still. */
  check(now: number, grace: boolean): number | undefined {
    if (this.#ended) return undefined;
    const congestion = this.#checkCongestion(now);
    if (congestion !== undefined) return congestion < 0 ? undefined : congestion;
    const { silenceMs } = this.#options;
    // Unread because of us: silence proves nothing then.
    if (grace || this.#pauses.size > 0) {
      this.#seenAt = Math.max(this.#seenAt, now - silenceMs / 2);
    }
    const left = this.#seenAt + silenceMs - now;
    if (left > 0) return left;
    this.end(
      { end: 'missedHeartbeats', reason: `nothing came for ${Math.round(silenceMs / 1000)} s` },
      CLOSE_CODES.missedHeartbeats,
    );
    // Whoever is silent will hardly answer the close frame.
    this.terminate();
    return undefined;
  }

  #checkCongestion(now: number): number | undefined {
    const state = this.#congested;
    if (state === undefined) return undefined;
    const { limits, silenceMs } = this.#options;
    const buffered = this.#ws.bufferedAmount;
    if (buffered < state.least) {
      state.least = buffered;
      state.since = now;
    }
    state.overHardSince = buffered > limits.hardBufferBytes ? (state.overHardSince ?? now) : undefined;
    const overHard = state.overHardSince !== undefined && now - state.overHardSince >= limits.hardBufferMs;
    if (!overHard && now - state.since < silenceMs) return CONGESTED_CHECK_MS;
    this.end({ end: 'congested', reason: 'the host does not read what it is sent' }, CLOSE_CODES.congested);
    this.terminate();
    return -1;
  }

  #watchBuffer(): void {
    const buffered = this.#ws.bufferedAmount;
    if (this.#congested !== undefined || buffered <= this.#options.limits.softBufferBytes) return;
    const since = this.#options.clock.now();
    const overHardSince = buffered > this.#options.limits.hardBufferBytes ? since : undefined;
    this.#congested = { since, overHardSince, least: buffered };
    // Who does not read is not read: no answers pile up behind what already waits.
    this.#pause('congested');
    this.#options.onLookAgain(CONGESTED_CHECK_MS);
  }

  #onDrain(): void {
    if (this.#congested === undefined || this.#ws.bufferedAmount > this.#options.limits.softBufferBytes / 2)
      return;
    this.#congested = undefined;
    this.#resume('congested');
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    if (this.#ended || !this.#withinRate(Buffer.isBuffer(data) ? data.length : 0)) return;
    if (isBinary || !Buffer.isBuffer(data)) {
      this.reject(CLOSE_CODES.protocolError, 'a frame that is no text');
      return;
    }
    const json = this.#open(data);
    if (json === null) {
      this.reject(CLOSE_CODES.protocolError, 'a frame whose MAC is wrong');
      return;
    }
    const incoming = readMessage(json);
    if (incoming.kind === 'invalid') {
      this.reject(CLOSE_CODES.policyViolation, incoming.reason);
      return;
    }
    this.#seenAt = this.#options.clock.now();
    this.#seenTime = this.#options.clock.wallTime();
    if (incoming.kind === 'message') this.#accept(incoming.message);
  }

  #accept(message: AgentMessage): void {
    if (message.type === 'bye') {
      this.#byeReason = message.reason;
      this.#ws.close(CLOSE_CODES.normal);
      return;
    }
    this.#checkSequence(message);
    const { queue, limits } = this.#options;
    queue.push(() => {
      let handled: void | Promise<void> = undefined;
      try {
        handled = this.#options.onMessage(message);
      } finally {
        if (!(handled instanceof Promise)) this.#afterWork();
      }
      return handled instanceof Promise ? handled.finally(this.#afterWork) : undefined;
    });
    if (queue.length >= limits.maxWaitingMessages) this.#pause('work');
  }

  readonly #afterWork = (): void => {
    const { queue, limits } = this.#options;
    if (this.#pauses.has('work') && queue.length < limits.maxWaitingMessages / 2) this.#resume('work');
  };

  #checkSequence(message: AgentMessage): void {
    const sequence = sequenceOf(message);
    if (sequence === undefined) return;
    const expected = this.#sequence + 1;
    this.#sequence = sequence;
    if (sequence !== expected) this.transmit({ type: 'ack', seq: sequence, fullState: true });
  }

  /** False when this message is one too many and the socket was closed for it. */
  #withinRate(bytes: number): boolean {
    if (this.#ended) return false;
    const { clock, limits } = this.#options;
    const now = clock.now();
    if (this.#rate.isFull(now)) this.#slowDowns = 0;
    // What already arrived with the chunk is still handled: only reading on is put off.
    if (this.#rate.take(now, 1 + Math.floor(bytes / BYTES_A_TOKEN)) || this.#pauses.has('rate')) return true;
    this.#slowDowns += 1;
    if (this.#slowDowns > limits.maxSlowDowns) {
      this.reject(CLOSE_CODES.policyViolation, 'too many messages, and slowing down was ignored');
      return false;
    }
    const wait = this.#rate.waitFor(limits.messageBurst / 2, now);
    this.#pause('rate');
    this.transmit({ type: 'ack', slowDownMs: Math.max(1, wait) });
    clock.after(wait, () => {
      this.#resume('rate');
    });
    return true;
  }

  #pause(reason: 'work' | 'rate' | 'congested'): void {
    this.#pauses.add(reason);
    this.#ws.pause();
  }

  #resume(reason: 'work' | 'rate' | 'congested'): void {
    this.#pauses.delete(reason);
    if (this.#pauses.size === 0 && !this.#ended) this.#ws.resume();
  }

  #finish(close: SessionClose, code: CloseCode | null): void {
    if (this.#ended) return;
    this.#ended = true;
    // A closing handshake needs reading.
    this.#ws.resume();
    this.#options.onEnd(close, code);
  }
}

/** ws reports what breaks RFC 6455 or its limits as an error with a code of its own, and closes by itself. */
function reasonOf(error: Error): [CloseCode, string] {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH') {
    return [CLOSE_CODES.tooLarge, 'a frame above the limit'];
  }
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return [CLOSE_CODES.policyViolation, 'too many fragments'];
  return [
    CLOSE_CODES.protocolError,
    `a frame that breaks RFC 6455 (${typeof code === 'string' ? code : 'unknown'})`,
  ];
}
