import { randomUUID, type KeyObject } from 'node:crypto';
import { DEFAULT_LINK_LIMITS, nextDelay, type Ending } from '@trustfleet/agent-link';
import type { Ack, AgentMessage, JobMessage, ServerMessage } from '@trustfleet/protocol';
import { keyPairFromSeed, toBase64 } from '@trustfleet/signing';
import { connectAgent, ConnectRefused, type SharedTls, type SimConnection } from './connection.ts';
import type { SimHost } from './identity.ts';
import { rootCertificatesBySha256, type SimSection } from './inventory.ts';
import { answerJob } from './jobs.ts';

/** What all agents of a process have done together. */
export interface SimCounts {
  connected: number;
  refused: number;
  lost: number;
  heartbeats: number;
  reports: number;
  bodies: number;
  certificates: number;
  acks: number;
  jobs: number;
  jobEvents: number;
  /** Frames and messages that a real agent would have refused. */
  wrong: number;
}

export function newCounts(): SimCounts {
  const none = {
    heartbeats: 0,
    reports: 0,
    bodies: 0,
    certificates: 0,
    acks: 0,
    jobs: 0,
    jobEvents: 0,
    wrong: 0,
  };
  return { connected: 0, refused: 0, lost: 0, ...none };
}

export interface SimAgentOptions {
  readonly host: SimHost;
  readonly tls: SharedTls;
  readonly counts: SimCounts;
  readonly sections: ReadonlyMap<string, SimSection>;
  readonly permits?: readonly string[];
  /** In [0, 1) */
  readonly random?: () => number;
  readonly onOnline?: () => void;
  readonly onOffline?: () => void;
  readonly onAck?: (ack: Ack) => void;
}

/**
 * One simulated host: the protocol of a real agent (signed handshake, MAC of every frame, digests first, reconnect delays of
 * libs/agent-link) without a machine under it, so that thousands fit in one process.
 */
export class SimAgent {
  readonly host: SimHost;
  private readonly options: SimAgentOptions;
  private readonly key: KeyObject;
  private readonly instance = randomUUID();
  private readonly random: () => number;
  private sections: Map<string, SimSection>;
  private connection: SimConnection | undefined;
  private timer: NodeJS.Timeout | undefined;
  private beat: NodeJS.Timeout | undefined;
  private sequence = 0;
  private failures = 0;
  private orderedMs: number | undefined;
  private stopped = true;

  constructor(options: SimAgentOptions) {
    this.options = options;
    this.host = options.host;
    this.key = keyPairFromSeed('ed25519', options.host.keySeed).privateKey;
    this.random = options.random ?? Math.random;
    this.sections = new Map(options.sections);
  }

  get online(): boolean {
    return this.connection !== undefined;
  }

  /** Connects after `delayMs` and stays connected until `stop`. */
  start(delayMs = 0): void {
    this.stopped = false;
    this.connectIn(delayMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    const { connection } = this;
    if (connection === undefined) return;
    this.send({ type: 'bye', reason: 'the simulation ends' });
    connection.ws.close(1000);
  }

  /** Tells digests of these sections, changed or not. Answered by an `ack` of the returned `seq`. */
  report(changed: Readonly<Record<string, SimSection>> = {}): number {
    for (const [name, section] of Object.entries(changed)) this.sections.set(name, section);
    this.options.counts.reports += 1;
    this.sequence += 1;
    this.send(this.reportOf(Object.keys(changed)));
    return this.sequence;
  }

  /** Length of an unchanged report's frame: its JSON and the MAC before it. */
  reportBytes(): number {
    return Buffer.byteLength(JSON.stringify(this.reportOf([]))) + 44;
  }

  /** Of all sections when none is named. */
  private reportOf(names: readonly string[]): AgentMessage {
    const named = names.length > 0 ? names : [...this.sections.keys()];
    const sections = Object.fromEntries(named.map((name) => [name, this.sections.get(name)?.digest ?? '']));
    return { type: 'report', seq: this.sequence, sections, scannedAt: new Date().toISOString() };
  }

  private connectIn(ms: number): void {
    this.timer = setTimeout(() => void this.connect(), ms);
  }

  private async connect(): Promise<void> {
    const { tls, host, counts, permits = [], onOnline } = this.options;
    try {
      const digests = Object.fromEntries([...this.sections].map(([name, { digest }]) => [name, digest]));
      const hello = { instance: this.instance, permits: [...permits] };
      const connection = await connectAgent({ tls, host, key: this.key, hello, sections: digests });
      this.connection = connection;
    } catch (error) {
      counts.refused += 1;
      this.again({
        kind: 'failed',
        retryAfterMs: error instanceof ConnectRefused ? error.retryAfterMs : undefined,
      });
      return;
    }
    counts.connected += 1;
    this.sequence = 0;
    this.failures = 0;
    this.orderedMs = undefined;
    this.scheduleBeat();
    this.connection.listen(
      (frame) => {
        this.onFrame(frame);
      },
      () => {
        this.onClose();
      },
    );
    onOnline?.();
  }

  private onClose(): void {
    clearTimeout(this.beat);
    this.connection = undefined;
    this.options.counts.lost += 1;
    this.options.onOffline?.();
    this.again(
      this.orderedMs === undefined ? { kind: 'lost' } : { kind: 'ordered', afterMs: this.orderedMs },
    );
  }

  /** protocol.md, "Rules" 4: the delays are those of the real agent. */
  private again(ending: Ending): void {
    if (this.stopped) return;
    this.failures += 1;
    this.connectIn(
      nextDelay({ ending, failures: this.failures, limits: DEFAULT_LINK_LIMITS, random: this.random() }),
    );
  }

  private scheduleBeat(): void {
    const interval = this.connection?.welcome.heartbeatIntervalMs ?? 0;
    const jitter = 1 + (this.random() * 2 - 1) * DEFAULT_LINK_LIMITS.heartbeatJitter;
    this.beat = setTimeout(() => {
      this.options.counts.heartbeats += 1;
      this.send({ type: 'heartbeat', uptimeSeconds: 1, freeMemoryBytes: 1, clockOffsetMs: 0 });
      this.scheduleBeat();
    }, interval * jitter);
  }

  private send(message: AgentMessage): void {
    const { connection } = this;
    connection?.ws.send(connection.seal(JSON.stringify(message)));
  }

  private onFrame(frame: Buffer): void {
    const json = this.connection?.open(frame);
    if (json === null || json === undefined) {
      this.options.counts.wrong += 1;
      this.connection?.ws.terminate();
      return;
    }
    // Ours is a peer to load a server with: what it says is taken as it is, only the MAC is checked.
    const message = JSON.parse(
      Buffer.from(json.buffer, json.byteOffset, json.length).toString(),
    ) as ServerMessage;
    if (message.type === 'ack') this.onAck(message);
    else if (message.type === 'job') this.onJob(message);
    else if (message.type === 'reconnect') this.orderedMs = message.afterMs;
  }

  private onAck(ack: Ack): void {
    this.options.counts.acks += 1;
    for (const name of ack.wantSections ?? []) this.sendSection(name);
    if (ack.wantCertificates !== undefined) this.sendCertificates(ack.wantCertificates);
    if (ack.fullState === true) this.report();
    this.options.onAck?.(ack);
  }

  private sendSection(name: string): void {
    const section = this.sections.get(name);
    if (section === undefined) return;
    this.options.counts.bodies += 1;
    this.sequence += 1;
    this.send({ type: 'section', seq: this.sequence, name, ...section });
  }

  private sendCertificates(wanted: readonly string[]): void {
    const all = rootCertificatesBySha256();
    const certificates = wanted.flatMap((sha256) => {
      const der = all.get(sha256);
      return der === undefined ? [] : [{ sha256, der: toBase64(der) }];
    });
    if (certificates.length === 0) return;
    this.options.counts.certificates += certificates.length;
    this.sequence += 1;
    this.send({ type: 'certificates', seq: this.sequence, certificates });
  }

  private onJob(message: JobMessage): void {
    const { counts, tls, host } = this.options;
    const events = answerJob(message, { server: tls.server, hostId: host.hostId, key: this.key });
    if (events === null) {
      counts.wrong += 1;
      return;
    }
    counts.jobs += 1;
    for (const event of events) {
      counts.jobEvents += 1;
      this.send({ type: 'jobEvent', event });
    }
  }
}
