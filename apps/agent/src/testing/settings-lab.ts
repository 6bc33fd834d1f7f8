import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- test only: the agent's part is proved against the real server's part
import {
  createAgentHub,
  type AgentHub,
  type AgentSession,
  type HostCredentials,
  type HubClock,
  type OutgoingMessage,
} from '@trustfleet/agent-hub';
import {
  createAgentLink,
  type AgentIdentity,
  type AgentLink,
  type LinkProblem,
} from '@trustfleet/agent-link';
import type { AgentMessage, SettingsResult } from '@trustfleet/protocol';
import { hashAgentSecret, keyPairFromSeed } from '@trustfleet/signing';
import { createTlsLab, type LabCertificate } from '@trustfleet/testkit';
import { createCurrentIdentity, type CurrentIdentity } from '../run/current-identity.ts';
import { openSettingsKeeper, type SettingsKeeper, type SettingsKeeperParts } from '../run/settings-keeper.ts';
import { ensureKeySeed, loadIdentity, saveIdentity } from '../state/identity.ts';

/** One run of an agent as far as its connection goes: the real link and the real files. */
export interface AgentRun {
  readonly link: AgentLink;
  readonly settings: SettingsKeeper;
  readonly identity: CurrentIdentity;
  readonly problems: string[];
  readonly linkProblems: LinkProblem[];
  stop(): Promise<void>;
}

/** A fleet's server and one enrolled host with its state directory. */
export class SettingsLab {
  readonly serverKey = keyPairFromSeed('ed25519', randomBytes(32));
  readonly fleetId = randomUUID();
  readonly hostId = randomUUID();
  readonly sessions: AgentSession[] = [];
  readonly messages: AgentMessage[] = [];
  readonly results: SettingsResult[] = [];
  /** Whether outcomes are acknowledged. */
  acknowledge = true;
  stateDir = '';
  authority!: LabCertificate;
  #aheadMs = 0;
  #host: HostCredentials | undefined;
  #hub!: AgentHub;
  #server!: Server;
  readonly #tls = createTlsLab();
  readonly #runs: AgentRun[] = [];

  /** `aheadMs`: how far the server's clock is ahead of this machine's. */
  static async start({ aheadMs = 0 } = {}): Promise<SettingsLab> {
    const lab = new SettingsLab();
    lab.#aheadMs = aheadMs;
    lab.stateDir = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
    lab.authority = await lab.#tls.authority('Fleet CA of the test');
    await lab.#listen();
    const seed = await ensureKeySeed(lab.stateDir, () => new Uint8Array(randomBytes(32)));
    const secret = randomBytes(32).toString('base64url');
    lab.#host = {
      secretHash: hashAgentSecret(secret),
      publicKey: keyPairFromSeed('ed25519', seed).publicKey,
    };
    const identity = {
      address: lab.address,
      fleetId: lab.fleetId,
      hostId: lab.hostId,
      secret,
      caCertificate: lab.authority.pem,
      serverKey: lab.serverKey.publicKey,
      keySeed: Buffer.from(seed).toString('base64'),
    };
    await saveIdentity(lab.stateDir, identity, { name: null, enrolledAt: '2026-11-22T10:00:00.000Z' });
    return lab;
  }

  get address(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lets a host of another lab past the first gate. */
  letIn(identity: AgentIdentity): void {
    const key = keyPairFromSeed('ed25519', Buffer.from(identity.keySeed, 'base64'));
    this.#host = { secretHash: hashAgentSecret(identity.secret), publicKey: key.publicKey };
  }

  /** As the server does before it sends a new secret. */
  offerSecret(secret: string): void {
    if (this.#host !== undefined) this.#host = { ...this.#host, nextSecretHash: hashAgentSecret(secret) };
  }

  /** As the server does when the host kept it. */
  takeSecret(): void {
    const next = this.#host?.nextSecretHash;
    if (this.#host !== undefined && next)
      this.#host = { ...this.#host, secretHash: next, nextSecretHash: null };
  }

  send(message: OutgoingMessage): void {
    this.#hub.send(this.hostId, message);
  }

  /** What a restart finds on disk. */
  async stored(): Promise<AgentIdentity> {
    const loaded = await loadIdentity(this.stateDir);
    if (loaded === null) throw new Error('not enrolled');
    return loaded.link;
  }

  async agent(change: Pick<SettingsKeeperParts, 'fault'> = {}): Promise<AgentRun> {
    const loaded = await loadIdentity(this.stateDir);
    if (loaded === null) throw new Error('not enrolled');
    const identity = createCurrentIdentity(this.stateDir, loaded);
    const problems: string[] = [];
    const linkProblems: LinkProblem[] = [];
    const settings = await openSettingsKeeper({
      stateDir: this.stateDir,
      identity,
      link: {
        tryIdentity: (request) => link.tryIdentity(request),
        setIdentity: (next) => {
          link.setIdentity(next);
        },
        settingsResultsChanged: () => {
          link.settingsResultsChanged();
        },
      },
      log: () => undefined,
      onProblem: (message) => problems.push(message),
      tries: { most: 3, withinMs: 20_000, firstWaitMs: 20 },
      ...change,
    });
    const link = this.#link({ identity, settings, linkProblems });
    await settings.recover();
    link.setIdentity(identity.current());
    link.start();
    const run: AgentRun = {
      ...{ link, settings, identity, problems, linkProblems },
      stop: () => {
        settings.stop();
        return link.stop('test');
      },
    };
    this.#runs.push(run);
    return run;
  }

  /** A run that hangs for ever, as a test made it, is not waited for. */
  forget(run: AgentRun): void {
    this.#runs.splice(this.#runs.indexOf(run), 1);
  }

  async close(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.stop()));
    await this.#hub.close({ spreadMs: 0 });
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#tls.close();
    await rm(this.stateDir, { recursive: true, force: true });
  }

  #link(parts: Pick<AgentRun, 'identity' | 'settings' | 'linkProblems'>): AgentLink {
    const instance = randomUUID();
    return createAgentLink({
      identity: parts.identity.current(),
      hello: () => ({
        ...{ agentVersion: '0.1.0', bootId: 'boot', instance, capabilities: [], permits: [] },
        allowListDigest: 'a'.repeat(64),
      }),
      certificates: { find: () => Promise.resolve(new Map()) },
      outbox: { pending: () => Promise.resolve([]), acknowledge: () => Promise.resolve() },
      settingsResults: parts.settings.results,
      handlers: {
        onJob: () => undefined,
        onCancel: () => undefined,
        onRequest: () => undefined,
        onSettings: (message) => parts.settings.handle(message),
        onProblem: (problem) => parts.linkProblems.push(problem),
      },
      limits: { firstDelayMs: 20, backoffBaseMs: 5, backoffCapMs: 40, stopTimeoutMs: 500 },
    });
  }

  #clock(): HubClock {
    return {
      now: () => performance.now(),
      wallTime: () => new Date(Date.now() + this.#aheadMs),
      every: (ms, callback) => {
        const timer = setInterval(callback, ms);
        return () => {
          clearInterval(timer);
        };
      },
      after: (ms, callback) => {
        const timer = setTimeout(callback, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    };
  }

  async #listen(): Promise<void> {
    const leaf = await this.#tls.leaf(this.authority);
    this.#server = createServer({ key: leaf.privateKeyPem, cert: leaf.pem + this.authority.pem });
    this.#hub = createAgentHub({
      server: this.#server,
      serverId: this.fleetId,
      certificateSha256: leaf.sha256,
      signingKey: this.serverKey.privateKey,
      hosts: { find: () => this.#host },
      clock: this.#clock(),
      heartbeatIntervalMs: 2_000,
      handlers: {
        onHello: (session) => void this.sessions.push(session),
        onMessage: (session, message) => {
          this.messages.push(message);
          if (message.type === 'jobEvent') session.send({ type: 'ack', jobEvents: [message.event.eventId] });
          if (message.type !== 'settingsResult') return;
          this.results.push(message);
          if (this.acknowledge) session.send({ type: 'ack', settings: [message.id] });
        },
        onClose: () => undefined,
      },
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }
}
