import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type {
  AuditEntryView,
  CreatedEnrolmentToken,
  CreateAnchorOrder,
  HostDetail,
  HostSummary,
  JobDetail,
  OrderView,
} from '@trustfleet/api';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { AGENT_PATH, SUBPROTOCOL } from '@trustfleet/protocol';
import { formatAgentAuthorization } from '@trustfleet/signing';
import type { PostgresLab } from '@trustfleet/testkit';
import { enrolHost, TestAgent, trustStores, type TestAgentOptions } from './test-agent.ts';
import {
  demoAnchor,
  eventually,
  Page,
  startServerLab,
  startTestServer,
  type TestServer,
} from './test-server.ts';

export type Identity = TestAgent['identity'];

/** Fingerprints that every store of the tests holds. */
export const ROOTS = WELL_KNOWN_ROOTS.map((root) => root.sha256);

/** A server with an administrator's page and agents on real sockets; it can be started anew with the same rows and keys. */
export class FleetLab {
  server: TestServer;
  page: Page;
  /** The required anchor that no store of the tests holds. */
  readonly demo: string;
  private readonly postgres: PostgresLab;
  private agents: TestAgent[] = [];

  private constructor(parts: { postgres: PostgresLab; server: TestServer; page: Page; demo: string }) {
    this.postgres = parts.postgres;
    this.server = parts.server;
    this.page = parts.page;
    this.demo = parts.demo;
  }

  static async start(): Promise<FleetLab> {
    const parts = await startServerLab();
    return new FleetLab({ ...parts, demo: await demoAnchor(parts.page) });
  }

  /** Another process on the same rows, keys and accounts; its ports are other ones (`here`). */
  async restart(): Promise<void> {
    const { databaseUrl, dataDir } = this.server;
    await this.server.stop();
    this.server = await startTestServer({ databaseUrl, dataDir });
    this.page = new Page(this.server.ready.url);
    await this.page.signIn();
  }

  async stopAgents(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.stop()));
    this.agents = [];
  }

  async stop(): Promise<void> {
    await this.stopAgents();
    await this.server.remove();
    await this.postgres.stop();
  }

  async identity(name = 'ws', token: object = {}): Promise<Identity> {
    const made = await this.page.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', token);
    return enrolHost(made.body.token, name);
  }

  /** The same host at the address that the server has now. */
  here(who: Identity): Identity {
    return { ...who, address: this.server.ready.agentUrl };
  }

  /** An agent that connects as soon as it can; the same `who` again stands for the same key once more. */
  agent(who: Identity, options: TestAgentOptions = {}): TestAgent {
    const agent = new TestAgent(who, { permits: ['trustStore.addAnchor'], ...options });
    this.agents.push(agent);
    return agent.start({ trustStores: trustStores(ROOTS) });
  }

  async online(who: Identity, options: TestAgentOptions = {}): Promise<TestAgent> {
    const agent = this.agent(who, options);
    await eventually(() => Promise.resolve(agent.online), Boolean);
    return agent;
  }

  /** A new host, connected. */
  async newcomer(name?: string): Promise<TestAgent> {
    return await this.online(await this.identity(name));
  }

  /** Connects as one run of the agent and leaves again. */
  async visit(who: Identity, options: TestAgentOptions = {}): Promise<void> {
    const agent = await this.online(who, options);
    const is = (presence: string) =>
      eventually(
        () => this.detail(who.hostId),
        (host) => host.presence === presence && host.sections.length > 0,
      );
    await is('online');
    await agent.stop();
    await is('offline');
  }

  async detail(hostId: string): Promise<HostDetail> {
    return (await this.page.get<HostDetail>(`/api/v1/hosts/${hostId}`)).body;
  }

  async list(query: string): Promise<{ items: HostSummary[]; total: number }> {
    return (await this.page.get<{ items: HostSummary[]; total: number }>(`/api/v1/hosts?${query}`)).body;
  }

  hold(hostId: string, what: 'revoke' | 'release', reason = 'left the studio') {
    return this.page.post<HostSummary>(`/api/v1/hosts/${hostId}/${what}`, { reason });
  }

  order(hostIds: readonly string[], more: Partial<CreateAnchorOrder> = {}) {
    return this.page.post<OrderView>('/api/v1/orders', {
      ...{
        remedy: 'trustStore.addAnchor',
        mode: 'apply',
        anchorSha256: this.demo,
        hostIds,
        reason: 'needed',
      },
      ...more,
    });
  }

  /** A job that this agent has received, ordered for it alone. */
  async given(
    agent: TestAgent,
    more: Partial<CreateAnchorOrder> = {},
  ): Promise<{ readonly jobId: string; readonly orderId: string }> {
    const { body } = await this.order([agent.identity.hostId], more);
    const jobId = body.jobs[0]?.id ?? '';
    await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.some((received) => received.job.jobId === jobId),
    );
    return { jobId, orderId: body.id };
  }

  async job(id: string): Promise<JobDetail> {
    return (await this.page.get<JobDetail>(`/api/v1/jobs/${id}`)).body;
  }

  /** Waits until the job is in this state. */
  reaches(id: string, state: JobDetail['state']): Promise<JobDetail> {
    return eventually(
      () => this.job(id),
      (job) => job.state === state,
    );
  }

  /** `action` of every record about this, newest first. */
  async actionsOn(subjectId: string): Promise<string[]> {
    const { items } = (await this.page.get<{ items: AuditEntryView[] }>('/api/v1/audit?limit=200')).body;
    return items.filter(({ subject }) => subject.id === subjectId).map(({ action }) => action);
  }

  /** What was recorded of a host, newest first. */
  async audited(action: string, hostId: string): Promise<AuditEntryView[]> {
    const path = `/api/v1/audit?action=${action}&limit=200`;
    const { items } = (await this.page.get<{ items: AuditEntryView[] }>(path)).body;
    return items.filter((entry) => entry.subject.id === hostId);
  }

  /** What a WebSocket upgrade with these credentials is answered. */
  async upgradeStatus(who: Identity): Promise<number> {
    const request = await this.upgrade(who);
    const answers = [once(request, 'response'), once(request, 'upgrade')];
    const [response] = (await Promise.race(answers)) as [IncomingMessage];
    request.destroy();
    return response.statusCode ?? 0;
  }

  /** A socket past the first gate that never proves itself; `closed` once the server has ended it. */
  async unproved(who: Identity): Promise<{ readonly closed: Promise<unknown> }> {
    const request = await this.upgrade(who);
    const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Duplex];
    socket.resume();
    return { closed: once(socket, 'end') };
  }

  private async upgrade(who: Identity): Promise<ClientRequest> {
    const request = httpsRequest(new URL(AGENT_PATH, this.server.ready.agentUrl), {
      ca: await readFile(`${this.server.dataDir}/keys/fleet-ca.pem`, 'utf8'),
      headers: {
        authorization: formatAgentAuthorization(who.hostId, who.secret),
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 1).toString('base64'),
        'sec-websocket-protocol': SUBPROTOCOL,
      },
    }).end();
    // Both ways end with the request being destroyed, by us or by the server.
    request.on('error', () => undefined);
    return request;
  }
}
