import { createHash, randomBytes, randomUUID } from 'node:crypto';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the server's tests speak to it through the agent's own link, on real sockets
import {
  createAgentLink,
  enrol,
  fetchArtifact,
  type AgentIdentity,
  type AgentLink,
  type InventorySection,
} from '@trustfleet/agent-link';
import {
  FINAL_JOB_STATES,
  type ConfiguredEndpoint,
  type Job,
  type JobEvent,
  type JobMessage,
  type JobState,
  type Order,
  type SettingsMessage,
  type SettingsResult,
} from '@trustfleet/protocol';
import { canonicalJson, keyPairFromSeed, openJob, openOrder, signJobEvent } from '@trustfleet/signing';

const FINAL: ReadonlySet<JobState> = new Set(FINAL_JOB_STATES);

type Sections = Readonly<Record<string, unknown>>;

function toInventory(sections: Sections): Map<string, InventorySection> {
  return new Map(
    Object.entries(sections).map(([name, value]) => {
      const body = typeof value === 'string' ? value : canonicalJson(value);
      return [name, { body, digest: createHash('sha256').update(body).digest('hex') }];
    }),
  );
}

/** A `trustStores` section whose one store trusts these anchors. */
export function trustStores(anchors: readonly string[]) {
  const bundle = {
    path: '/etc/ssl/certs/ca-certificates.crt',
    realPath: '/etc/ssl/certs/ca-certificates.crt',
    state: 'read',
    detail: null,
    sha256: createHash('sha256').update(anchors.join()).digest('hex'),
    size: 1000,
    anchors: [...anchors].sort(),
    problems: [],
    opensslAccepts: true,
  };
  const store = {
    id: 'debian',
    driver: 'debian',
    operatingSystem: true,
    name: 'Debian',
    bundle,
    anchorDirectory: '/usr/local/share/ca-certificates',
    localAnchors: [],
    cannotChange: null,
  };
  return { stores: [store] };
}

export function system(hostname: string) {
  return {
    hostname,
    manufacturer: null,
    model: null,
    virtual: true,
    os: {
      platform: 'linux',
      distribution: 'Debian GNU/Linux',
      release: '12',
      codename: 'bookworm',
      kernel: '6.1',
      architecture: 'x64',
    },
    cpu: { brand: null, cores: 2 },
    memoryBytes: 1_000_000,
    interfaces: [],
  };
}

export function enrolHost(token: string, hostname = 'workstation'): Promise<AgentIdentity> {
  return enrol({ token, keySeed: randomBytes(32), hostname, platform: 'linux', agentVersion: '0.1.0' });
}

/** What a host fetches of an artifact, from one byte on, over the agents' port. */
export async function fetchedBy(identity: AgentIdentity, sha256: string, offset = 0): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const signal = AbortSignal.timeout(30_000);
  for await (const chunk of fetchArtifact({ identity, sha256, offset, signal })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export interface TestAgentOptions {
  readonly permits?: readonly string[];
  readonly certificates?: ReadonlyMap<string, Uint8Array>;
  /** The run of the agent; another agent with the same one stands for the same process connecting anew. Default: a new one. */
  readonly instance?: string;
  readonly bootId?: string;
  /** Wall clock minus server time, said in each heartbeat. */
  readonly clockOffsetMs?: () => number;
}

/** What waits in this list until the server has acknowledged it. */
function untilAcknowledged<T>(items: T[], idOf: (item: T) => string) {
  return {
    pending: () => Promise.resolve([...items]),
    acknowledge: (ids: readonly string[]) => {
      items.splice(0, items.length, ...items.filter((item) => !ids.includes(idOf(item))));
      return Promise.resolve();
    },
  };
}

/** An agent with no machine under it: the real link, an inventory from the test, an outbox in memory. */
export class TestAgent {
  readonly identity: AgentIdentity;
  readonly jobs: { readonly order: Order; readonly job: Job; readonly message: JobMessage }[] = [];
  /** Jobs that it was asked to give up, in order. */
  readonly cancels: string[] = [];
  /** What it was asked to do at once, in order. */
  readonly requests: string[] = [];
  /** Lists of endpoints that it was told, in order. */
  readonly endpoints: (readonly ConfiguredEndpoint[])[] = [];
  /** Fingerprints that the server asked for, in order. */
  readonly asked: string[] = [];
  /** Changes of its connection that the server asked for; what becomes of them is for the test to say (`answer`). */
  readonly settings: SettingsMessage[] = [];
  /** Outcomes that the server has not acknowledged. */
  readonly results: SettingsResult[] = [];
  readonly instance: string;
  private readonly link: AgentLink;
  private readonly outbox: JobEvent[] = [];
  /** The last event of each job. */
  private readonly last = new Map<string, JobEvent>();

  constructor(identity: AgentIdentity, options: TestAgentOptions = {}) {
    this.identity = identity;
    this.instance = options.instance ?? randomUUID();
    this.link = createAgentLink({
      identity,
      hello: () => ({
        agentVersion: '0.1.0',
        bootId: options.bootId ?? 'boot',
        instance: this.instance,
        capabilities: [],
        permits: [...(options.permits ?? [])],
        allowListDigest: '0'.repeat(64),
      }),
      certificates: {
        find: (fingerprints) => {
          this.asked.push(...fingerprints);
          return Promise.resolve(
            new Map(
              fingerprints.flatMap((sha256) =>
                options.certificates?.has(sha256)
                  ? [[sha256, options.certificates.get(sha256) ?? new Uint8Array()] as const]
                  : [],
              ),
            ),
          );
        },
      },
      outbox: untilAcknowledged(this.outbox, ({ eventId }) => eventId),
      handlers: {
        onJob: (message) => {
          this.receive(message);
        },
        onCancel: (jobId) => {
          this.cancels.push(jobId);
        },
        onRequest: (what) => {
          this.requests.push(what);
        },
        onEndpoints: (list) => {
          this.endpoints.push(list);
        },
        onSettings: (message) => {
          this.settings.push(message);
        },
      },
      settingsResults: untilAcknowledged(this.results, ({ id }) => id),
      ...(options.clockOffsetMs === undefined
        ? {}
        : { heartbeat: () => ({ clockOffsetMs: options.clockOffsetMs?.() }) }),
      limits: { firstDelayMs: 50, backoffBaseMs: 50, backoffCapMs: 200 },
    });
  }

  start(sections: Sections): this {
    this.report(sections);
    this.link.start();
    return this;
  }

  report(sections: Sections): void {
    this.link.setInventory(toInventory(sections), new Date().toISOString());
  }

  stop(): Promise<void> {
    return this.link.stop('test ends');
  }

  get waitingEvents(): number {
    return this.outbox.length;
  }

  get online(): boolean {
    return this.link.state().name === 'online';
  }

  /** Says, until it is acknowledged, what became of a change of its connection. */
  answer(id: string, outcome: SettingsResult['outcome'], detail: string | null = null): void {
    this.results.push({ type: 'settingsResult', id, outcome, detail });
    this.link.settingsResultsChanged();
  }

  /** Writes one event into the outbox; a final one is signed unless told otherwise, as the real agent does. */
  emit(
    jobId: string,
    event: Partial<JobEvent> & Pick<JobEvent, 'state'>,
    options: { readonly sign?: boolean } = {},
  ): JobEvent {
    const before = this.last.get(jobId);
    const content: JobEvent = {
      eventId: randomUUID(),
      jobId,
      attempt: before?.attempt ?? 1,
      index: (before?.index ?? 0) + 1,
      at: new Date().toISOString(),
      step: null,
      detail: null,
      plan: null,
      before: null,
      after: null,
      undone: null,
      signature: null,
      ...event,
    };
    const { privateKey } = keyPairFromSeed('ed25519', Buffer.from(this.identity.keySeed, 'base64'));
    const sign = options.sign ?? (content.signature === null && FINAL.has(content.state));
    const whole = sign ? signJobEvent(content, privateKey) : content;
    this.last.set(jobId, whole);
    this.say(whole);
    return whole;
  }

  /** Events in these states, one after the other. */
  tell(jobId: string, ...states: JobState[]): void {
    for (const state of states) this.emit(jobId, { state });
  }

  private say(event: JobEvent): void {
    this.outbox.push(event);
    this.link.jobEventsChanged();
  }

  /** As if the server had sent this once more. */
  redeliver(message: JobMessage): void {
    this.receive(message);
  }

  private receive(message: JobMessage): void {
    const order = openOrder({
      envelope: message.order,
      keys: [this.identity.serverKey],
      fleetId: this.identity.fleetId,
    });
    if (!order.ok) throw new Error(order.detail);
    const job = openJob({
      envelope: message.job,
      keys: [this.identity.serverKey],
      order: order.value,
      hostId: this.identity.hostId,
    });
    if (!job.ok) throw new Error(job.detail);
    this.jobs.push({ order: order.value, job: job.value, message });
    // A job that it holds: answered with its last event (protocol.md "Signed orders and jobs").
    const last = this.last.get(job.value.jobId);
    if (last !== undefined && !this.outbox.includes(last)) this.say(last);
  }
}
