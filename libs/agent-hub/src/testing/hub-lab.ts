import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AgentMessage } from '@trustfleet/protocol';
import { hashAgentSecret, keyPairFromSeed, type KeyPair } from '@trustfleet/signing';
import { createFakeClock, createTlsLab, type FakeClock } from '@trustfleet/testkit';
import { createAgentHub } from '../hub.ts';
import type {
  AgentHub,
  AgentHubHandlers,
  AgentSession,
  HostCredentials,
  HubClock,
  HubLimits,
  Rejection,
  SessionClose,
} from '../types.ts';
import { RawAgent, type RawAgentOptions, type RawHost } from './raw-agent.ts';

/** The testkit's clock as the hub wants it. */
export function hubClock(clock: FakeClock): HubClock {
  return {
    now: () => clock.monotonic(),
    wallTime: () => clock.now(),
    every: (ms, callback) => {
      const timer = clock.setInterval(callback, ms);
      return () => {
        clock.clearInterval(timer);
      };
    },
    after: (ms, callback) => {
      const timer = clock.setTimeout(callback, ms);
      return () => {
        clock.clearTimeout(timer);
      };
    },
  };
}

export interface HubLabOptions {
  readonly limits?: Partial<HubLimits>;
  readonly handlers?: Partial<AgentHubHandlers>;
  readonly realClock?: boolean;
  /** Limits of the https server itself. */
  readonly server?: ServerOptions;
}

/** A hub on a real TLS server with hosts made at will, and a log of what its handlers were told. */
export class HubLab {
  readonly clock = createFakeClock();
  readonly serverKey: KeyPair = keyPairFromSeed('ed25519', randomBytes(32));
  readonly seen: {
    hellos: AgentSession[];
    messages: { hostId: string; message: AgentMessage }[];
    closes: { session: AgentSession; close: SessionClose }[];
    rejections: Rejection[];
    errors: unknown[];
  } = { hellos: [], messages: [], closes: [], rejections: [], errors: [] };
  readonly hosts = new Map<string, HostCredentials>();
  hub!: AgentHub;
  port = 0;
  ca = '';
  certificateSha256 = '';
  readonly #agents: RawAgent[] = [];
  #stop: () => Promise<void> = () => Promise.resolve();

  static async start(options: HubLabOptions = {}): Promise<HubLab> {
    const lab = new HubLab();
    const tls = createTlsLab();
    const authority = await tls.authority('Fleet CA of the test');
    const leaf = await tls.leaf(authority);
    const server = createServer({
      key: leaf.privateKeyPem,
      cert: leaf.pem + authority.pem,
      ...options.server,
    });
    lab.ca = authority.pem;
    lab.certificateSha256 = leaf.sha256;
    lab.hub = createAgentHub({
      server,
      serverId: randomUUID(),
      certificateSha256: leaf.sha256,
      signingKey: lab.serverKey.privateKey,
      hosts: { find: (hostId) => lab.hosts.get(hostId) },
      handlers: lab.#handlers(options.handlers),
      ...(options.realClock === true ? {} : { clock: hubClock(lab.clock) }),
      limits: options.limits ?? {},
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    lab.port = (server.address() as AddressInfo).port;
    lab.#stop = async () => {
      for (const agent of lab.#agents) agent.ws.terminate();
      await lab.hub.close({ spreadMs: 0 });
      server.closeAllConnections();
      server.close();
      await tls.close();
    };
    return lab;
  }

  addHost(): RawHost {
    const host = {
      hostId: randomUUID(),
      secret: randomBytes(32).toString('base64url'),
      key: keyPairFromSeed('ed25519', randomBytes(32)),
    };
    this.hosts.set(host.hostId, { secretHash: hashAgentSecret(host.secret), publicKey: host.key.publicKey });
    return host;
  }

  agent(host: RawHost, change: Partial<RawAgentOptions> = {}): RawAgent {
    const { port, ca, certificateSha256 } = this;
    const agent = new RawAgent({
      port,
      ca,
      host,
      certificateSha256,
      serverKey: this.serverKey.publicKey,
      ...change,
    });
    this.#agents.push(agent);
    return agent;
  }

  /** A new host with its proved socket. */
  async connected(change: Partial<RawAgentOptions> = {}): Promise<{ agent: RawAgent; host: RawHost }> {
    const host = this.addHost();
    const agent = this.agent(host, change);
    await agent.connect();
    return { agent, host };
  }

  close(): Promise<void> {
    return this.#stop();
  }

  #handlers(own: Partial<AgentHubHandlers> = {}): AgentHubHandlers {
    const { seen } = this;
    return {
      onHello: async (session) => {
        seen.hellos.push(session);
        await own.onHello?.(session);
      },
      onMessage: async (session, message) => {
        seen.messages.push({ hostId: session.hostId, message });
        await own.onMessage?.(session, message);
      },
      onClose: async (session, close) => {
        seen.closes.push({ session, close });
        await own.onClose?.(session, close);
      },
      onRejected: (rejection) => seen.rejections.push(rejection),
      onError: (error) => seen.errors.push(error),
    };
  }
}
