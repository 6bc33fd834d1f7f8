import type {
  AuditEntryView,
  CreatedEnrolmentToken,
  CreateOrder,
  JobDetail,
  OrderView,
  PolicyView,
} from '@trustfleet/api';
import { enrolHost, TestAgent, trustStores } from './test-agent.ts';
import {
  eventually,
  signedIn,
  startLab,
  startTestServer,
  type Answer,
  type Page,
  type TestServer,
} from './test-server.ts';

/** A server on a database of its own, its administrator, and hosts that are what a test says. */
export interface JobLab {
  readonly server: TestServer;
  readonly page: Page;
  identity(name?: string): Promise<TestAgent['identity']>;
  /** A host of this name, connected. */
  online(name?: string): Promise<TestAgent>;
  /** The host comes back in a new session, as a process that remembers nothing. */
  back(identity: TestAgent['identity']): Promise<TestAgent>;
  order(hostIds: readonly string[], more?: Partial<CreateOrder>): Promise<Answer<OrderView>>;
  job(id: string): Promise<JobDetail>;
  /** Waits until the job is in this state. */
  reaches(id: string, state: JobDetail['state']): Promise<JobDetail>;
  /** A job that this agent has received, ordered for it alone. */
  given(agent: TestAgent, more?: Partial<CreateOrder>): Promise<{ jobId: string; orderId: string }>;
  /** `action` of every row of the audit about this, newest first. */
  audit(subjectId: string): Promise<string[]>;
  /** Ends the agents of one test. */
  rest(): Promise<void>;
  remove(): Promise<void>;
}

const sections = { trustStores: trustStores([]) };

export async function startJobLab(): Promise<JobLab> {
  const lab = await startLab();
  const server = await startTestServer({ databaseUrl: await lab.freshDatabase() });
  const page = await signedIn(server);
  const policies = await page.get<{ items: PolicyView[] }>('/api/v1/policies');
  const anchorSha256 = policies.body.items[0]?.anchors.at(-1)?.sha256 ?? '';
  let agents: TestAgent[] = [];
  const rest = async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    agents = [];
  };
  const identity = async (name = 'ws') =>
    enrolHost((await page.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', {})).body.token, name);
  const back = async (known: TestAgent['identity']) => {
    const agent = new TestAgent(known, { permits: ['trustStore.addAnchor'] }).start(sections);
    agents.push(agent);
    await eventually(() => Promise.resolve(agent.online), Boolean);
    return agent;
  };
  const order = (hostIds: readonly string[], more: Partial<CreateOrder> = {}) =>
    page.post<OrderView>('/api/v1/orders', {
      ...{ remedy: 'trustStore.addAnchor', mode: 'apply', anchorSha256, hostIds, reason: 'test' },
      ...more,
    });
  const job = async (id: string) => (await page.get<JobDetail>(`/api/v1/jobs/${id}`)).body;
  return {
    ...{ server, page, identity, back, order, job, rest },
    online: async (name) => back(await identity(name)),
    reaches: (id, state) =>
      eventually(
        () => job(id),
        (value) => value.state === state,
      ),
    async given(agent, more) {
      const { body } = await order([agent.identity.hostId], more);
      const jobId = body.jobs[0]?.id ?? '';
      await eventually(
        () => Promise.resolve(agent.jobs),
        (jobs) => jobs.some((received) => received.job.jobId === jobId),
      );
      return { jobId, orderId: body.id };
    },
    async audit(subjectId) {
      const { items } = (await page.get<{ items: AuditEntryView[] }>('/api/v1/audit?limit=200')).body;
      return items.filter(({ subject }) => subject.id === subjectId).map(({ action }) => action);
    },
    async remove() {
      await rest();
      await server.remove();
      await lab.stop();
    },
  };
}
