import type { ConfiguredEndpoint } from '@trustfleet/protocol';
import { keyPairFromSeed, fromBase64 } from '@trustfleet/signing';
import type { KeyObject } from 'node:crypto';
import { nextDelay, type Ending } from './backoff.ts';
import { systemClock } from './clock.ts';
import { connectToServer, type Connection } from './connection.ts';
import { ConnectFailure } from './failure.ts';
import { Inventory } from './inventory.ts';
import { DEFAULT_LINK_LIMITS } from './limits.ts';
import { Newest } from './newest.ts';
import { Sender } from './sender.ts';
import { Session } from './session.ts';
import type {
  AgentIdentity,
  AgentLink,
  AgentLinkOptions,
  InventorySection,
  LinkClock,
  LinkLimits,
  LinkProblem,
  LinkState,
  Trial,
  TrialRequest,
} from './types.ts';

/** Online for so long, the next loss counts as the first one again. */
const STABLE_MS = 60_000;

/** So long after a trial, a socket that was replaced was replaced by it. */
const OWN_TRIAL_MS = 5_000;

/** The agent's side of the socket: connects, proves, reports what changed, and comes back by itself (protocol.md). */
export function createAgentLink(options: AgentLinkOptions): AgentLink {
  const link = new Link(options);
  return {
    start: () => {
      link.start();
    },
    setInventory: (sections, scannedAt) => {
      link.setInventory(sections, scannedAt);
    },
    jobEventsChanged: () => {
      link.jobEventsChanged();
    },
    settingsResultsChanged: () => {
      link.settingsResultsChanged();
    },
    tryIdentity: (request) => link.tryIdentity(request),
    setIdentity: (identity) => {
      link.setIdentity(identity);
    },
    state: () => link.state,
    stop: (reason) => link.stop(reason),
  };
}

class Link {
  readonly #options: AgentLinkOptions;
  readonly #limits: LinkLimits;
  readonly #clock: LinkClock;
  readonly #random: () => number;
  readonly #key: KeyObject;
  readonly #inventory = new Inventory();
  /** One for all connections: the list of an older one is not handled after that of a newer. */
  readonly #endpoints: Newest<readonly ConfiguredEndpoint[]>;
  #state: LinkState = { name: 'stopped' };
  #abort = new AbortController();
  #loop: Promise<void> | undefined;
  #wakeUp: () => void = () => undefined;
  #sender: Sender | undefined;
  #session: Session | undefined;
  #failures = 0;
  #identity: AgentIdentity;
  #connecting = new AbortController();
  #trial: Promise<Trial> | undefined;
  #trialEndedAt = -Infinity;
  /** The connection that a trial won, until the loop goes on with it. */
  #successor: Connection | undefined;

  constructor(options: AgentLinkOptions) {
    this.#options = options;
    this.#identity = options.identity;
    this.#limits = { ...DEFAULT_LINK_LIMITS, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#endpoints = new Newest(
      (endpoints) => options.handlers.onEndpoints?.(endpoints),
      (error) => {
        this.#problem({
          code: 'handlerFailed',
          message: `The server’s list of endpoints could not be handled: ${String(error)}`,
        });
      },
    );
    this.#key = keyPairFromSeed(
      'ed25519',
      fromBase64(options.identity.keySeed) ?? new Uint8Array(),
    ).privateKey;
  }

  get state(): LinkState {
    return this.#state;
  }

  start(): void {
    if (this.#loop !== undefined) return;
    this.#abort = new AbortController();
    this.#failures = 0;
    this.#loop = this.#run(this.#abort.signal);
  }

  setInventory(sections: ReadonlyMap<string, InventorySection>, scannedAt: string): void {
    this.#inventory.set(sections, scannedAt);
    this.#sender?.wake();
  }

  jobEventsChanged(): void {
    this.#sender?.eventsChanged();
  }

  settingsResultsChanged(): void {
    this.#sender?.resultsChanged();
  }

  setIdentity(identity: AgentIdentity): void {
    this.#identity = identity;
  }

  async tryIdentity(request: TrialRequest): Promise<Trial> {
    if (this.#loop === undefined || this.#abort.signal.aborted) return { outcome: 'stopped' };
    if (this.#trial !== undefined) throw new Error('One trial of an identity at a time');
    this.#trial = this.#try(request, this.#abort.signal);
    try {
      return await this.#trial;
    } finally {
      this.#trial = undefined;
      this.#trialEndedAt = this.#clock.now();
    }
  }

  async stop(reason: string): Promise<void> {
    const loop = this.#loop;
    if (loop === undefined) return;
    const session = this.#session;
    this.#abort.abort();
    this.#connecting.abort();
    this.#wakeUp();
    await session?.stop(reason);
    await loop;
    await this.#trial;
    await this.#endpoints.stop();
    this.#successor?.ws.terminate();
    this.#successor = undefined;
    this.#loop = undefined;
  }

  async #try({ identity, caMustFit, keep }: TrialRequest, signal: AbortSignal): Promise<Trial> {
    let connection: Connection | undefined;
    try {
      connection = await this.#connect(identity, signal);
      if (caMustFit && connection.tlsProblem !== null) {
        const message = `The server’s certificate is not accepted under the new fleet CA (${connection.tlsProblem.slice(0, 100)}).`;
        throw new ConnectFailure('untrustedCertificate', message);
      }
      await keep();
    } catch (error) {
      connection?.ws.terminate();
      if (signal.aborted) return { outcome: 'stopped' };
      return { outcome: 'failed', problem: problemOf(error) };
    }
    this.#identity = identity;
    this.#successor = connection;
    this.#connecting.abort();
    this.#wakeUp();
    this.#session?.stop('goes on with another connection').catch((error: unknown) => {
      this.#problem({ code: 'handlerFailed', message: `The old connection did not end: ${String(error)}` });
    });
    return { outcome: 'kept' };
  }

  /** Also for a moment after a trial: the server's word about it may come late. */
  #wasOwnTrial(): boolean {
    return this.#trial !== undefined || this.#clock.now() - this.#trialEndedAt < OWN_TRIAL_MS;
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const ending = await this.#attempt(signal);
      if (ending.kind === 'moved') await this.#trial;
      if (signal.aborted) break;
      if (this.#successor !== undefined) continue;
      const delay = nextDelay({
        ending,
        failures: Math.max(1, this.#failures),
        limits: this.#limits,
        random: this.#random(),
      });
      const retryAt = new Date(this.#clock.wallTime().getTime() + delay);
      this.#enter({ name: 'waiting', retryAt, reason: ending.kind });
      await this.#sleep(delay, signal);
    }
    this.#enter({ name: 'stopped' });
  }

  async #attempt(signal: AbortSignal): Promise<Ending> {
    let connection = this.#successor;
    this.#successor = undefined;
    if (connection === undefined) {
      this.#enter({ name: 'connecting' });
      this.#connecting = new AbortController();
      if (signal.aborted) this.#connecting.abort();
      try {
        connection = await this.#connect(this.#identity, this.#connecting.signal);
      } catch (error) {
        this.#failures += 1;
        return this.#connecting.signal.aborted ? { kind: 'failed' } : this.#failed(error);
      }
    }
    const onlineAt = this.#clock.now();
    const ending = await this.#stayOnlineSafely(connection, signal);
    this.#failures = this.#clock.now() - onlineAt >= STABLE_MS ? 1 : this.#failures + 1;
    return ending;
  }

  #failed(error: unknown): Ending {
    const problem = problemOf(error);
    this.#problem(problem);
    if (problem.code === 'refusedCredentials') return { kind: 'unwanted' };
    return { kind: 'failed', retryAfterMs: error instanceof ConnectFailure ? error.retryAfterMs : undefined };
  }

  #connect(identity: AgentIdentity, signal: AbortSignal): Promise<Connection> {
    return connectToServer({
      identity,
      key: this.#key,
      facts: this.#options.hello(),
      sections: this.#inventory.digests(),
      limits: this.#limits,
      randomBytes: this.#options.randomBytes,
      signal,
    });
  }

  /** A message of the server that meets an error of ours costs this connection, not the agent. */
  async #stayOnlineSafely(connection: Connection, signal: AbortSignal): Promise<Ending> {
    try {
      return await this.#stayOnline(connection, signal);
    } catch (error) {
      connection.ws.terminate();
      this.#problem({
        code: 'handlerFailed',
        message: `The connection ended by an error in this agent itself: ${String(error)}`,
      });
      return { kind: 'lost' };
    }
  }

  async #stayOnline(connection: Connection, signal: AbortSignal): Promise<Ending> {
    const sender = this.#makeSender(connection);
    const session = new Session({
      connection,
      sender,
      handlers: this.#options.handlers,
      heartbeat: this.#options.heartbeat,
      limits: this.#limits,
      clock: this.#clock,
      random: this.#random,
      onProblem: (problem) => {
        this.#problem(problem);
      },
      onEndpoints: (endpoints) => {
        this.#endpoints.offer(endpoints);
      },
      wasOwnTrial: () => this.#wasOwnTrial(),
    });
    this.#sender = sender;
    this.#session = session;
    try {
      await this.#announce(connection);
      if (signal.aborted || this.#successor !== undefined) await session.stop('stopped');
      return await session.run();
    } finally {
      this.#sender = undefined;
      this.#session = undefined;
    }
  }

  #makeSender(connection: Connection): Sender {
    return new Sender({
      ws: connection.ws,
      seal: connection.seal,
      inventory: this.#inventory,
      announced: connection.announced,
      certificates: this.#options.certificates,
      outbox: this.#options.outbox,
      settingsResults: this.#options.settingsResults,
      limits: this.#limits,
      clock: this.#clock,
      onProblem: (problem) => {
        this.#problem(problem);
      },
    });
  }

  async #announce({ welcome, interception, tlsProblem, seenIssuer }: Connection): Promise<void> {
    this.#enter({ name: 'online', session: welcome.session, since: this.#clock.wallTime(), interception });
    if (interception) {
      this.#problem({
        code: 'interception',
        message: `A TLS-inspecting proxy stands between this machine and the server: it serves a certificate issued by “${seenIssuer.slice(0, 200)}”. It can read what is sent, but neither change nor add anything.`,
      });
    } else if (tlsProblem !== null) {
      this.#problem({
        code: 'untrustedCertificate',
        message: `The server’s own certificate is not accepted under the pinned fleet CA (${tlsProblem.slice(0, 100)}); the server proved itself by its key. Is this machine’s clock right, was the certificate renewed?`,
      });
    }
    const { session, serverTime, heartbeatIntervalMs, scanIntervalMs } = welcome;
    const time = { session, serverTime, receivedAt: this.#clock.now() };
    try {
      await this.#options.handlers.onWelcome?.({ time, heartbeatIntervalMs, scanIntervalMs });
    } catch (error) {
      this.#problem({
        code: 'handlerFailed',
        message: `The server’s welcome could not be handled: ${String(error)}`,
      });
    }
    if (welcome.endpoints !== undefined) this.#endpoints.offer(welcome.endpoints);
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.#options.handlers.onState?.(state);
  }

  #problem(problem: LinkProblem): void {
    this.#options.handlers.onProblem?.(problem);
  }
}

function problemOf(error: unknown): LinkProblem {
  if (error instanceof ConnectFailure) return { code: error.code, message: error.message };
  return { code: 'handlerFailed', message: `Connecting failed in this agent itself: ${String(error)}` };
}
