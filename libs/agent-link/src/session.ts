import {
  CLOSE_CODES,
  serverMessage,
  type ConfiguredEndpoint,
  type ServerMessage,
} from '@trustfleet/protocol';
import { parseJson } from '@trustfleet/signing';
import type { Ending } from './backoff.ts';
import type { Connection } from './connection.ts';
import { quoted } from './failure.ts';
import type { Sender } from './sender.ts';
import type { HeartbeatFacts, LinkClock, LinkHandlers, LinkLimits, LinkProblem } from './types.ts';

/** The server answers a ping at once; silent for so many heartbeats it is gone, or the path is. */
const SILENT_HEARTBEATS = 4;
/** A server that sent `reconnect` closes the socket itself; if not, we do after this. */
const RECONNECT_CLOSE_MS = 2_000;

export interface SessionOptions {
  readonly connection: Connection;
  readonly sender: Sender;
  readonly handlers: LinkHandlers;
  readonly heartbeat: (() => HeartbeatFacts) | undefined;
  readonly limits: LinkLimits;
  readonly clock: LinkClock;
  readonly random: () => number;
  readonly onProblem: (problem: LinkProblem) => void;
  readonly onEndpoints: (endpoints: readonly ConfiguredEndpoint[]) => void;
  /** It was a trial of this very agent that took this connection's place. */
  readonly wasOwnTrial: () => boolean;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  serverMessage.options.map((option) => option.shape.type.value),
);

/** One proved connection until it ends: reads frames, beats, and says how the next wait is to be counted. */
export class Session {
  readonly #options: SessionOptions;
  #heardAt: number;
  #cancelBeat: () => void = () => undefined;
  #orderedMs: number | undefined;
  #stopping = false;
  #rejected = false;
  #handling = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    options.connection.ws.on('pong', () => {
      this.#heardAt = options.clock.now();
    });
  }

  /** Resolves when the connection is gone. */
  async run(): Promise<Ending> {
    const { sender, heartbeat } = this.#options;
    try {
      // What moves by itself is known at once, not only after the first interval.
      if (heartbeat !== undefined) sender.sendHeartbeat(heartbeat());
      this.#scheduleBeat();
      sender.wake();
      return await this.#readToTheEnd();
    } finally {
      this.#cancelBeat();
      sender.close();
    }
  }

  async #readToTheEnd(): Promise<Ending> {
    const { connection } = this.#options;
    for (;;) {
      const frame = await connection.frames.next();
      if (frame.kind === 'closed') return this.#ending(frame.code, frame.reason);
      // What else comes on a socket that is being closed for what it brought is worth nothing.
      if (this.#rejected) continue;
      this.#heardAt = this.#options.clock.now();
      const json = frame.kind === 'text' ? connection.open(frame.bytes) : null;
      if (json === null)
        this.#reject(
          CLOSE_CODES.protocolError,
          'a frame whose MAC is wrong: somebody on the path changes or adds messages',
        );
      else await this.#onMessage(json);
    }
  }

  /** Says bye and closes; `run` resolves then. */
  async stop(reason: string): Promise<void> {
    this.#stopping = true;
    const { connection, sender, limits, clock } = this.#options;
    const cancel = clock.after(limits.stopTimeoutMs, () => {
      connection.ws.terminate();
    });
    connection.ws.once('close', cancel);
    await sender.bye(reason);
    connection.ws.close(CLOSE_CODES.normal);
  }

  #ending(code: number, reason: string): Ending {
    const { onProblem } = this.#options;
    if (this.#orderedMs !== undefined) return { kind: 'ordered', afterMs: this.#orderedMs };
    if (this.#stopping) return { kind: 'lost' };
    if (code === CLOSE_CODES.replaced && this.#options.wasOwnTrial()) return { kind: 'moved' };
    if (code === CLOSE_CODES.replaced) {
      onProblem({
        code: 'replaced',
        message:
          'Another machine connected with this host’s identity: was this machine cloned? Enrol one of the two again.',
      });
      return { kind: 'unwanted' };
    }
    if (code === CLOSE_CODES.revoked) {
      onProblem({
        code: 'refusedCredentials',
        message:
          'The server removed this host. Enrol the machine again with a new token if that was a mistake.',
      });
      return { kind: 'unwanted' };
    }
    const why = reason === '' ? `code ${code}` : `code ${code}, ${quoted(reason)}`;
    onProblem({
      code: 'connectionLost',
      message: `The connection to the server ended (${why}). The agent connects again by itself.`,
    });
    return { kind: 'lost' };
  }

  async #onMessage(json: Uint8Array): Promise<void> {
    const value = parseJson(json);
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
    if (typeof type === 'string' && !KNOWN_TYPES.has(type)) return; // of a newer server (protocol.md, "Rules" 6)
    const parsed = serverMessage.safeParse(value);
    if (parsed.success) await this.#handle(parsed.data);
    else this.#reject(CLOSE_CODES.policyViolation, 'a message that fails its schema');
  }

  async #handle(message: ServerMessage): Promise<void> {
    const { handlers, sender } = this.#options;
    switch (message.type) {
      case 'ack':
        await sender.onAck(message);
        return;
      case 'job':
        this.#call('job', () => handlers.onJob(message));
        return;
      case 'cancel':
        this.#call('cancel', () => handlers.onCancel(message.jobId));
        return;
      case 'request':
        this.#call('request', () => handlers.onRequest(message.what));
        return;
      case 'settings':
        this.#call('settings', () => handlers.onSettings?.(message));
        return;
      case 'endpoints':
        if (!this.#stopping) this.#options.onEndpoints(message.endpoints);
        return;
      case 'reconnect':
        this.#orderedMs = message.afterMs;
        this.#options.clock.after(RECONNECT_CLOSE_MS, () => {
          this.#options.connection.ws.close(CLOSE_CODES.normal);
        });
        return;
      case 'welcome':
        this.#reject(CLOSE_CODES.protocolError, 'a second welcome');
    }
  }

  /** Not awaited: a long job must not hold up its own cancel or an acknowledgement. */
  #call(what: string, handler: () => void | Promise<void>): void {
    if (this.#stopping) return;
    const fail = (why: string): void => {
      this.#options.onProblem({
        code: 'handlerFailed',
        message: `The server’s ${what} message could not be handled: ${why}`,
      });
    };
    if (this.#handling >= this.#options.limits.maxHandlersAtOnce) {
      fail('too many are being handled already; the server offers it again');
      return;
    }
    this.#handling += 1;
    // A handler may throw at once, before it gives a promise.
    Promise.resolve()
      .then(handler)
      .catch((error: unknown) => {
        fail(String(error));
      })
      .finally(() => {
        this.#handling -= 1;
      });
  }

  #reject(code: number, what: string): void {
    this.#rejected = true;
    this.#options.onProblem({ code: 'badFrame', message: `The connection was closed because of ${what}.` });
    this.#options.connection.ws.close(code, what.slice(0, 100));
  }

  #scheduleBeat(): void {
    const { connection, clock, limits, random } = this.#options;
    const { minHeartbeatMs, maxHeartbeatMs } = limits;
    const intervalMs = Math.min(
      Math.max(connection.welcome.heartbeatIntervalMs, minHeartbeatMs),
      maxHeartbeatMs,
    );
    const jitter = 1 + (random() * 2 - 1) * limits.heartbeatJitter;
    this.#cancelBeat = clock.after(intervalMs * jitter, () => {
      this.#beat(intervalMs);
      this.#scheduleBeat();
    });
  }

  #beat(intervalMs: number): void {
    const { connection, sender, clock, heartbeat } = this.#options;
    if (clock.now() - this.#heardAt > intervalMs * SILENT_HEARTBEATS) {
      connection.ws.terminate();
      return;
    }
    sender.beat(intervalMs, heartbeat?.() ?? {});
    connection.ws.ping();
  }
}
