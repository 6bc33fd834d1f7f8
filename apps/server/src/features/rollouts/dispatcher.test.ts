import { randomUUID } from 'node:crypto';
import type { CreatedEnrolmentToken, JobDetail, OrderView } from '@trustfleet/api';
import { openDatabase, type Database } from '@trustfleet/database';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enrolHost, TestAgent, trustStores } from '../../testing/test-agent.ts';
import {
  demoAnchor,
  eventually,
  type Page,
  type ServerLab,
  startServerLab,
  type TestServer,
} from '../../testing/test-server.ts';
import { EventBus } from '../events/event-bus.ts';
import { Dispatcher } from './dispatcher.ts';

let lab: ServerLab;
let server: TestServer;
let database: Database;
let page: Page;
let anchorSha256: string;

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page } = lab);
  database = await openDatabase({ url: server.databaseUrl });
  anchorSha256 = await demoAnchor(page);
});
afterAll(async () => {
  await database.close();
  await lab.stop();
});

const identity = async () =>
  enrolHost((await page.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', {})).body.token);
const job = async (id: string) => (await page.get<JobDetail>(`/api/v1/jobs/${id}`)).body;

async function jobFor(hostId: string): Promise<string> {
  const created = await page.post<OrderView>('/api/v1/orders', {
    remedy: 'trustStore.addAnchor',
    mode: 'apply',
    anchorSha256,
    hostIds: [hostId],
    reason: 'test',
  });
  return created.body.jobs[0]?.id ?? '';
}

/** The same database, swept by a process whose clock is ahead. */
async function sweepAhead(ms: number, until: () => Promise<unknown>): Promise<void> {
  const dispatcher = new Dispatcher({
    database,
    events: new EventBus(),
    logger: pino({ level: 'silent' }),
    now: () => new Date(Date.now() + ms),
  });
  dispatcher.start(() => 'offline');
  await until();
  await dispatcher.stop();
}

it('gives up a delivery past its deadline', async () => {
  const jobId = await jobFor((await identity()).hostId);
  expect((await job(jobId)).state).toBe('heldOffline');

  await sweepAhead(8 * 86_400_000, () =>
    eventually(
      () => job(jobId),
      (value) => value.state === 'deliveryExpired',
    ),
  );
});

it('counts a host that accepted and fell silent as lost, and keeps its late word as evidence', async () => {
  const agent = new TestAgent(await identity()).start({ trustStores: trustStores([]) });
  await eventually(() => Promise.resolve(agent.online), Boolean);
  const jobId = await jobFor(agent.identity.hostId);
  await eventually(
    () => Promise.resolve(agent.jobs),
    (jobs) => jobs.length > 0,
  );
  agent.emit(jobId, { state: 'planning' });
  await eventually(
    () => job(jobId),
    (value) => value.state === 'planning',
  );

  await sweepAhead(19 * 60_000, () => new Promise((resolve) => setTimeout(resolve, 1_500)));
  expect((await job(jobId)).state, 'within its time').toBe('planning');
  await sweepAhead(21 * 60_000, () =>
    eventually(
      () => job(jobId),
      (value) => value.state === 'lost',
    ),
  );

  agent.emit(jobId, { state: 'alreadyCompliant' }, { sign: true });
  const late = await eventually(
    () => job(jobId),
    (value) => value.events.length === 2,
  );
  expect(late).toMatchObject({ state: 'lost', final: true });
  await eventually(
    () => Promise.resolve(agent.waitingEvents),
    (waiting) => waiting === 0,
  );
  await agent.stop();
});

it('looks up many hosts that come back together at once, not each by itself', async () => {
  const looks: (readonly string[] | 'all')[] = [];
  const { jobs } = database;
  const counting: Database = {
    ...database,
    jobs: {
      ...jobs,
      due: (hostIds, now) => {
        looks.push(hostIds);
        return jobs.due(hostIds, now);
      },
    },
  };
  const dispatcher = new Dispatcher({
    database: counting,
    events: new EventBus(),
    logger: pino({ level: 'silent' }),
    now: () => new Date(),
  });
  const hostIds = Array.from({ length: 1_200 }, () => randomUUID());

  await Promise.all(hostIds.map((hostId) => dispatcher.offerTo(hostId)));
  await dispatcher.stop();

  // Two turns at most, should the machine be slow; 500 hosts a look.
  expect(looks.length).toBeLessThanOrEqual(6);
  expect(looks.flat().sort()).toEqual([...hostIds].sort());
});

it('goes on offering when the database failed once, and tells the log', async () => {
  const log: string[] = [];
  const { jobs } = database;
  let failures = 1;
  const failing: Database = {
    ...database,
    jobs: {
      ...jobs,
      due: (hostIds, now) => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error('away')) : jobs.due(hostIds, now);
      },
    },
  };
  const dispatcher = new Dispatcher({
    database: failing,
    events: new EventBus(),
    logger: pino({ level: 'error' }, { write: (line: string) => void log.push(line) }),
    now: () => new Date(),
  });
  const agent = new TestAgent(await identity()).start({ trustStores: trustStores([]) });
  await eventually(() => Promise.resolve(agent.online), Boolean);

  await Promise.all([agent.identity.hostId, randomUUID()].map((hostId) => dispatcher.offerTo(hostId)));
  await dispatcher.offerTo(agent.identity.hostId);

  expect(log).toHaveLength(1);
  expect(log[0]).toContain('offering to hosts that came back');
  expect(failures).toBeLessThan(0);
  await dispatcher.stop();
  await agent.stop();
});
