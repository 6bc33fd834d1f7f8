import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
// eslint-disable-next-line @nx/enforce-module-boundaries -- test only: both halves of the wire are proved against each other, as no fake server could
import {
  createAgentHub,
  type AgentHub,
  type AgentHubOptions,
  type AgentSession,
  type HostCredentials,
  type Rejection,
  type SessionClose,
} from '@trustfleet/agent-hub';
import type { AgentMessage, JobEvent, JobMessage } from '@trustfleet/protocol';
import {
  hashAgentSecret,
  keyPairFromSeed,
  sha256Hex,
  sha256OfJson,
  canonicalJson,
  toBase64,
} from '@trustfleet/signing';
import { createTlsLab, type LabCertificate } from '@trustfleet/testkit';
import { createAgentLink } from '../link.ts';
import type {
  AgentIdentity,
  AgentLink,
  AgentLinkOptions,
  InventorySection,
  LinkLimits,
  LinkProblem,
  LinkState,
} from '../types.ts';

/** Waits as short as a test wants them; everything else as shipped. */
export const FAST: Partial<LinkLimits> = {
  firstDelayMs: 20,
  backoffBaseMs: 5,
  backoffCapMs: 40,
  stopTimeoutMs: 500,
};

export function section(content: unknown): InventorySection {
  return { digest: sha256OfJson(content), body: canonicalJson(content) };
}

/** A job event as libs/repair would write it. */
export function jobEvent(index: number): JobEvent {
  const jobId = '01936f00-0000-7000-8000-000000000000';
  const nothing = {
    step: null,
    detail: null,
    plan: null,
    before: null,
    after: null,
    undone: null,
    signature: null,
  };
  return {
    eventId: randomUUID(),
    jobId,
    attempt: 1,
    index,
    at: '2026-11-22T09:00:00Z',
    state: 'applying',
    ...nothing,
  };
}

export interface LabAgent {
  readonly link: AgentLink;
  readonly hostId: string;
  readonly problems: LinkProblem[];
  readonly states: LinkState['name'][];
  readonly jobs: JobMessage[];
  readonly outbox: JobEvent[];
  readonly codes: () => LinkProblem['code'][];
}

/** A small server: keeps sections by digest, asks for what it lacks, acknowledges. Restarts keep what it knows. */
export class LinkLab {
  readonly serverKey = keyPairFromSeed('ed25519', randomBytes(32));
  readonly fleetId = randomUUID();
  readonly bodies = new Map<string, string>();
  readonly ders = new Map<string, string>();
  readonly events: string[] = [];
  readonly seen: {
    sessions: AgentSession[];
    messages: AgentMessage[];
    closes: SessionClose[];
    rejections: Rejection[];
  } = {
    sessions: [],
    messages: [],
    closes: [],
    rejections: [],
  };
  readonly #secrets = new Map<string, HostCredentials>();
  readonly #links: AgentLink[] = [];
  readonly #tls = createTlsLab();
  readonly #change: Partial<AgentHubOptions>;
  authority!: LabCertificate;
  leaf!: LabCertificate;
  hub!: AgentHub;
  port = 0;
  /** What the server answers, so that a test may be silent or rude. */
  acknowledge = true;
  #server: Server | undefined;
  readonly #sockets = new Set<TLSSocket>();

  private constructor(change: Partial<AgentHubOptions>) {
    this.#change = change;
  }

  static async start(change: Partial<AgentHubOptions> = {}): Promise<LinkLab> {
    const lab = new LinkLab(change);
    lab.authority = await lab.#tls.authority('Fleet CA of the test');
    lab.leaf = await lab.#tls.leaf(lab.authority);
    await lab.listen();
    return lab;
  }

  /** Another CA, for a stranger or a proxy. */
  async foreignLeaf(): Promise<{ authority: LabCertificate; leaf: LabCertificate }> {
    const authority = await this.#tls.authority('Inspection CA');
    return { authority, leaf: await this.#tls.leaf(authority) };
  }

  async listen(): Promise<void> {
    const { leaf, authority } = this;
    const server = createServer({ key: leaf.privateKeyPem, cert: leaf.pem + authority.pem });
    this.#server = server;
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.hub = createAgentHub({
      server,
      serverId: this.fleetId,
      certificateSha256: leaf.sha256,
      signingKey: this.serverKey.privateKey,
      hosts: { find: (hostId) => this.#secrets.get(hostId) },
      handlers: {
        onHello: (session) => {
          this.seen.sessions.push(session);
          this.#ask(session, { type: 'ack' }, session.hello.sections);
        },
        onMessage: (session, message) => {
          this.#onMessage(session, message);
        },
        onClose: (_, close) => {
          this.seen.closes.push(close);
        },
        onRejected: (rejection) => {
          this.seen.rejections.push(rejection);
        },
      },
      ...this.#change,
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  /** Ends the server as a crash does: sockets cut, no word before. */
  async crash(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(server, 'close');
    server.close();
    await this.hub.close({ spreadMs: 0 });
    await closed;
    this.#server = undefined;
  }

  identity(change: Partial<AgentIdentity> = {}): AgentIdentity {
    const seed = randomBytes(32);
    const secret = randomBytes(32).toString('base64url');
    const hostId = randomUUID();
    this.#secrets.set(hostId, {
      secretHash: hashAgentSecret(secret),
      publicKey: keyPairFromSeed('ed25519', seed).publicKey,
    });
    return {
      address: `https://127.0.0.1:${this.port}`,
      fleetId: this.fleetId,
      hostId,
      secret,
      caCertificate: this.authority.pem,
      serverKey: this.serverKey.publicKey,
      keySeed: toBase64(seed),
      ...change,
    };
  }

  /** A second secret for a host, as the server has it while `settings` change it; `finish`: the old one is over. */
  offerSecret(hostId: string, secret: string, { finish = false } = {}): void {
    const host = this.#secrets.get(hostId);
    if (host === undefined) throw new Error('no such host');
    const hash = hashAgentSecret(secret);
    this.#secrets.set(hostId, finish ? { ...host, secretHash: hash } : { ...host, nextSecretHash: hash });
  }

  /** Lets another lab's host past the first gate. */
  letIn(identity: AgentIdentity): void {
    this.#secrets.set(identity.hostId, {
      secretHash: hashAgentSecret(identity.secret),
      publicKey: keyPairFromSeed('ed25519', Buffer.from(identity.keySeed, 'base64')).publicKey,
    });
  }

  forget(hostId: string): void {
    this.#secrets.delete(hostId);
  }

  agent(change: Partial<AgentLinkOptions> = {}): LabAgent {
    const problems: LinkProblem[] = [];
    const states: LinkState['name'][] = [];
    const jobs: JobMessage[] = [];
    const outbox: JobEvent[] = [];
    const identity = change.identity ?? this.identity();
    const instance = randomUUID();
    const link = createAgentLink({
      identity,
      hello: () => ({
        agentVersion: '0.1.0',
        bootId: 'boot',
        instance,
        capabilities: [],
        permits: [],
        allowListDigest: 'a'.repeat(64),
      }),
      certificates: { find: () => Promise.resolve(new Map()) },
      outbox: {
        pending: () => Promise.resolve([...outbox]),
        acknowledge: (ids) => {
          outbox.splice(0, outbox.length, ...outbox.filter(({ eventId }) => !ids.includes(eventId)));
          return Promise.resolve();
        },
      },
      limits: FAST,
      ...change,
      handlers: {
        onJob: (message) => {
          jobs.push(message);
        },
        onCancel: () => undefined,
        onRequest: () => undefined,
        onState: (state) => {
          states.push(state.name);
        },
        onProblem: (problem) => {
          problems.push(problem);
        },
        ...change.handlers,
      },
    });
    this.#links.push(link);
    return {
      link,
      hostId: identity.hostId,
      problems,
      states,
      jobs,
      outbox,
      codes: () => problems.map(({ code }) => code),
    };
  }

  count(type: AgentMessage['type']): number {
    return this.seen.messages.filter((message) => message.type === type).length;
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.stop('test over')));
    await this.crash();
    await this.#tls.close();
  }

  #onMessage(session: AgentSession, message: AgentMessage): void {
    this.seen.messages.push(message);
    if (!this.acknowledge) return;
    if (message.type === 'report') this.#ask(session, { type: 'ack', seq: message.seq }, message.sections);
    else if (message.type === 'section') this.#keepSection(session, message);
    else if (message.type === 'certificates') {
      for (const { sha256, der } of message.certificates) this.ders.set(sha256, der);
      session.send({ type: 'ack', seq: message.seq });
    } else if (message.type === 'jobEvent') {
      this.events.push(message.event.eventId);
      session.send({ type: 'ack', jobEvents: [message.event.eventId] });
    }
  }

  #keepSection(session: AgentSession, message: Extract<AgentMessage, { type: 'section' }>): void {
    if (sha256Hex(message.body) !== message.digest) throw new Error('the body does not hash to its digest');
    this.bodies.set(message.digest, message.body);
    const { anchors = [] } = JSON.parse(message.body) as { anchors?: string[] };
    const wantCertificates = anchors.filter((anchor) => !this.ders.has(anchor)).slice(0, 200);
    session.send({
      type: 'ack',
      seq: message.seq,
      ...(wantCertificates.length > 0 ? { wantCertificates } : {}),
    });
  }

  #ask(
    session: AgentSession,
    ack: { type: 'ack'; seq?: number },
    digests: Readonly<Record<string, string>>,
  ): void {
    const wantSections = Object.entries(digests)
      .filter(([, digest]) => !this.bodies.has(digest))
      .map(([name]) => name);
    if (ack.seq !== undefined || wantSections.length > 0) session.send({ ...ack, wantSections });
  }
}
