import type { WebSocket } from 'ws';
import { agentMessage, type Ack, type AgentMessage, type SectionDigests } from '@trustfleet/protocol';
import { toBase64 } from '@trustfleet/signing';
import type { Inventory } from './inventory.ts';
import type {
  CertificateBatch,
  CertificateSource,
  JobEventOutbox,
  LinkClock,
  LinkLimits,
  LinkProblem,
  SettingsResultStore,
} from './types.ts';

/** `<mac>:` in front of the JSON, and room to spare. */
const FRAME_OVERHEAD = 64;
/** libs/protocol `certificates`. */
const MAX_CERTIFICATES_PER_FRAME = 200;
/** Names, quotes and digest around one certificate. */
const CERTIFICATE_OVERHEAD = 100;
/** libs/protocol `ack.jobEvents`: so many may be under way. */
const MAX_EVENTS_UNDER_WAY = 100;
/** Unsent bytes from which a heartbeat would only make it worse. */
const SOFT_BUFFER_BYTES = 256 * 1024;

export interface SenderOptions {
  readonly ws: WebSocket;
  readonly seal: (json: string) => string;
  readonly inventory: Inventory;
  /** What `hello` announced. */
  readonly announced: SectionDigests;
  readonly certificates: CertificateSource;
  readonly outbox: JobEventOutbox;
  readonly settingsResults: SettingsResultStore | undefined;
  readonly limits: LinkLimits;
  readonly clock: LinkClock;
  readonly onProblem: (problem: LinkProblem) => void;
}

/**
 * Everything that one session sends. It keeps wishes, not messages: what is sent is made at the moment when the socket takes
 * it, so at most one newest message of each kind exists (protocol.md, "Rules" 2).
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #announced: Map<string, string>;
  readonly #wantedSections = new Set<string>();
  readonly #wantedCertificates = new Set<string>();
  readonly #underWay = new Map<number, { readonly kind: 'report' | 'body'; readonly at: number }>();
  readonly #eventsUnderWay = new Map<string, number>();
  readonly #resultsUnderWay = new Map<string, number>();
  readonly #tooLarge = new Set<string>();
  #eventsDirty = true;
  #resultsDirty = true;
  #fullState = false;
  #sequence = 0;
  #slowUntil = 0;
  #lastSentAt: number;
  #running = false;
  #again = false;
  #closed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#announced = new Map(Object.entries(options.announced));
    this.#lastSentAt = options.clock.now();
  }

  /** Something may be there to be sent. */
  wake(): void {
    this.#again = true;
    if (!this.#running && !this.#closed) void this.#run();
  }

  eventsChanged(): void {
    this.#eventsDirty = true;
    this.wake();
  }

  resultsChanged(): void {
    this.#resultsDirty = true;
    this.wake();
  }

  async onAck(ack: Ack): Promise<void> {
    if (ack.seq !== undefined) this.#underWay.delete(ack.seq);
    if (ack.fullState === true) this.#fullState = true;
    this.#want(ack);
    if (ack.slowDownMs !== undefined) this.#slowDown(ack.slowDownMs);
    if (ack.jobEvents !== undefined && ack.jobEvents.length > 0) await this.#acknowledgeEvents(ack.jobEvents);
    if (ack.settings !== undefined && ack.settings.length > 0) await this.#acknowledgeResults(ack.settings);
    this.wake();
  }

  #want({ wantSections = [], wantCertificates = [] }: Ack): void {
    for (const name of wantSections) this.#wantedSections.add(name);
    for (const fingerprint of wantCertificates) {
      if (this.#wantedCertificates.size < this.#options.limits.maxWantedCertificates)
        this.#wantedCertificates.add(fingerprint);
    }
  }

  /** A heartbeat when nothing else was said lately; and what was never acknowledged goes again. */
  beat(intervalMs: number, facts: object): void {
    const now = this.#options.clock.now();
    this.#forgetUnacknowledged(now);
    const { ws } = this.#options;
    if (now - this.#lastSentAt < intervalMs / 2 || ws.bufferedAmount > SOFT_BUFFER_BYTES) return;
    this.sendHeartbeat(facts);
  }

  sendHeartbeat(facts: object): void {
    if (this.#closed) return;
    this.#write(JSON.stringify(agentMessage.parse({ ...facts, type: 'heartbeat' })), undefined);
  }

  bye(reason: string): Promise<void> {
    this.#closed = true;
    return this.#transmit({ type: 'bye', reason: reason.slice(0, 512) });
  }

  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#again && !this.#isClosed()) {
      this.#again = false;
      for (let sent = await this.#sendNext(); sent && !this.#isClosed(); sent = await this.#sendNext());
    }
    this.#running = false;
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  async #sendNext(): Promise<boolean> {
    if (this.#options.clock.now() < this.#slowUntil) return false;
    return (
      (await this.#sendReport()) ||
      (await this.#sendSection()) ||
      (await this.#sendCertificates()) ||
      (await this.#sendResults()) ||
      (await this.#sendEvent())
    );
  }

  async #sendReport(): Promise<boolean> {
    const { inventory } = this.#options;
    const reportWaits = [...this.#underWay.values()].some(({ kind }) => kind === 'report');
    const full = this.#fullState;
    if (inventory.scannedAt === undefined || (reportWaits && !full)) return false;
    const changed = [...inventory.sections].filter(
      ([name, { digest }]) => full || this.#announced.get(name) !== digest,
    );
    this.#fullState = false;
    if (changed.length === 0) return false;
    const sections = Object.fromEntries(changed.map(([name, { digest }]) => [name, digest]));
    for (const [name, digest] of Object.entries(sections)) this.#announced.set(name, digest);
    await this.#transmit({
      type: 'report',
      seq: this.#nextSequence('report'),
      sections,
      scannedAt: inventory.scannedAt,
    });
    return true;
  }

  async #sendSection(): Promise<boolean> {
    const [name] = this.#wantedSections;
    if (name === undefined) return false;
    this.#wantedSections.delete(name);
    const section = this.#options.inventory.sections.get(name);
    if (section === undefined) return true;
    const { digest, body } = section;
    const message = { type: 'section' as const, seq: this.#sequence + 1, name, digest, body };
    const { maxSectionChars, maxFrameBytes } = this.#options.limits;
    const bytes = Buffer.byteLength(JSON.stringify(message));
    if (body.length > maxSectionChars || bytes > maxFrameBytes - FRAME_OVERHEAD) {
      this.#reportTooLarge(digest, {
        code: 'sectionTooLarge',
        message: `Section ${name} has ${bytes} bytes, more than one message may carry (${maxFrameBytes}): the server keeps the last one it has. Please report this.`,
      });
      return true;
    }
    await this.#transmit({ ...message, seq: this.#nextSequence('body') });
    return true;
  }

  async #sendCertificates(): Promise<boolean> {
    if (this.#wantedCertificates.size === 0) return false;
    const wanted = [...this.#wantedCertificates].slice(0, MAX_CERTIFICATES_PER_FRAME);
    for (const fingerprint of wanted) this.#wantedCertificates.delete(fingerprint);
    const found = await this.#findCertificates(wanted);
    const batch = this.#fillBatch(found);
    for (const fingerprint of batch.left) this.#wantedCertificates.add(fingerprint);
    if (batch.certificates.length > 0) {
      await this.#transmit({
        type: 'certificates',
        seq: this.#nextSequence('body'),
        certificates: batch.certificates,
      });
    }
    return true;
  }

  async #findCertificates(wanted: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    try {
      return await this.#options.certificates.find(wanted);
    } catch (error) {
      this.#options.onProblem({
        code: 'handlerFailed',
        message: `Certificates that the server asked for could not be read: ${String(error)}`,
      });
      return new Map();
    }
  }

  #fillBatch(found: ReadonlyMap<string, Uint8Array>): { certificates: CertificateBatch; left: string[] } {
    const { maxFrameBytes, maxCertificateBytes } = this.#options.limits;
    const certificates: CertificateBatch = [];
    const left: string[] = [];
    let bytes = FRAME_OVERHEAD + CERTIFICATE_OVERHEAD;
    for (const [sha256, der] of found) {
      if (der.length > maxCertificateBytes) {
        this.#reportTooLarge(sha256, {
          code: 'certificateTooLarge',
          message: `Certificate ${sha256} has ${der.length} bytes, more than ${maxCertificateBytes}: it is not sent.`,
        });
        continue;
      }
      const size = Math.ceil(der.length / 3) * 4 + CERTIFICATE_OVERHEAD;
      if (bytes + size > maxFrameBytes) {
        left.push(sha256);
        continue;
      }
      bytes += size;
      certificates.push({ sha256, der: toBase64(der) });
    }
    return { certificates, left };
  }

  async #sendEvent(): Promise<boolean> {
    if (!this.#eventsDirty || this.#eventsUnderWay.size >= MAX_EVENTS_UNDER_WAY) return false;
    this.#eventsDirty = false;
    const room = MAX_EVENTS_UNDER_WAY - this.#eventsUnderWay.size;
    const pending = await this.#fromDisk('Job events', () => this.#options.outbox.pending());
    for (const event of pending.filter(({ eventId }) => !this.#eventsUnderWay.has(eventId)).slice(0, room)) {
      if (this.#isClosed()) return false;
      this.#eventsUnderWay.set(event.eventId, this.#options.clock.now());
      await this.#transmit({ type: 'jobEvent', event });
    }
    return false;
  }

  /** What a store fails to do waits on disk: it is said, and tried again later. */
  async #fromDisk<T>(what: string, read: () => Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await read();
    } catch (error) {
      this.#options.onProblem({
        code: 'handlerFailed',
        message: `${what} could not be read or written on disk and wait there: ${String(error)}`,
      });
      return [];
    }
  }

  async #acknowledgeEvents(eventIds: readonly string[]): Promise<void> {
    try {
      await this.#options.outbox.acknowledge(eventIds);
      for (const id of eventIds) this.#eventsUnderWay.delete(id);
      this.#eventsDirty = true;
    } catch (error) {
      // They stay on disk and are sent again; the server knows their ids.
      this.#options.onProblem({
        code: 'handlerFailed',
        message: `Acknowledged job events could not be removed from disk: ${String(error)}`,
      });
    }
  }

  async #sendResults(): Promise<boolean> {
    const { settingsResults, clock } = this.#options;
    if (!this.#resultsDirty || settingsResults === undefined) return false;
    this.#resultsDirty = false;
    const pending = await this.#fromDisk('Outcomes of settings', () => settingsResults.pending());
    for (const result of pending.filter(({ id }) => !this.#resultsUnderWay.has(id))) {
      if (this.#isClosed()) return false;
      this.#resultsUnderWay.set(result.id, clock.now());
      await this.#transmit(result);
    }
    return false;
  }

  async #acknowledgeResults(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#resultsUnderWay.delete(id);
    await this.#fromDisk('Acknowledged outcomes of settings', async () => {
      await this.#options.settingsResults?.acknowledge(ids);
      return [];
    });
  }

  #forgetUnacknowledged(now: number): void {
    const { acknowledgeTimeoutMs } = this.#options.limits;
    const isLate = (at: number): boolean => now - at >= acknowledgeTimeoutMs;
    if ([...this.#underWay.values()].some(({ at }) => isLate(at))) {
      this.#underWay.clear();
      this.#fullState = true;
    }
    for (const waiting of [this.#eventsUnderWay, this.#resultsUnderWay])
      for (const [id, at] of waiting) if (isLate(at)) waiting.delete(id);
    this.#eventsDirty = true;
    this.#resultsDirty = true;
    this.wake();
  }

  #slowDown(ms: number): void {
    const { clock, limits } = this.#options;
    const wait = Math.min(ms, limits.maxSlowDownMs);
    this.#slowUntil = Math.max(this.#slowUntil, clock.now() + wait);
    clock.after(wait, () => {
      this.wake();
    });
  }

  #reportTooLarge(digest: string, problem: LinkProblem): void {
    if (this.#tooLarge.has(digest)) return;
    this.#tooLarge.add(digest);
    this.#options.onProblem(problem);
  }

  #nextSequence(kind: 'report' | 'body'): number {
    this.#sequence += 1;
    this.#underWay.set(this.#sequence, { kind, at: this.#options.clock.now() });
    return this.#sequence;
  }

  /** Validates what leaves. Resolves when the socket took it, or when the message could not be sent and that was reported. */
  #transmit(message: AgentMessage): Promise<void> {
    const checked = agentMessage.safeParse(message);
    const json = checked.success ? JSON.stringify(checked.data) : '';
    if (!checked.success || Buffer.byteLength(json) > this.#options.limits.maxFrameBytes - FRAME_OVERHEAD) {
      const why = checked.success
        ? 'it is too large'
        : checked.error.issues.map(({ path, message: text }) => `${path.join('.')}: ${text}`).join('; ');
      this.#options.onProblem({
        code: 'badMessage',
        message: `A ${message.type} of this agent was not sent: ${why.slice(0, 300)}. Please report this.`,
      });
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#write(json, resolve);
    });
  }

  #write(json: string, done: (() => void) | undefined): void {
    this.#lastSentAt = this.#options.clock.now();
    // An error of the socket ends the session by its close; the waiting pump is released either way.
    this.#options.ws.send(this.#options.seal(json), () => done?.());
  }
}
