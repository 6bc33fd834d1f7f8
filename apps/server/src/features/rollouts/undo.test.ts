import type { JobDetail, OrderView, Problem } from '@trustfleet/api';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { FleetLab } from '../../testing/fleet-lab.ts';
import type { TestAgent } from '../../testing/test-agent.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const reason = { reason: 'it broke the farm' };
const undoJob = (id: string) => lab.page.post<OrderView & Problem>(`/api/v1/jobs/${id}/undo`, reason);
const undoOrder = (id: string) => lab.page.post<OrderView & Problem>(`/api/v1/orders/${id}/undo`, reason);
const order = async (id: string) => (await lab.page.get<OrderView>(`/api/v1/orders/${id}`)).body;
const plan = {
  changes: [{ kind: 'runTool' as const, argv: ['/usr/sbin/update-ca-certificates'] }],
};

/** The agent changes its host by a new job. */
async function changedBy(agent: TestAgent): Promise<{ jobId: string; orderId: string }> {
  const given = await lab.given(agent);
  agent.emit(given.jobId, { state: 'planning', plan });
  agent.tell(given.jobId, 'applying', 'verifying', 'verified');
  await lab.reaches(given.jobId, 'verified');
  return given;
}

it('takes back what one job did, by an order of its own that the host can check', async () => {
  const agent = await lab.newcomer();
  const { jobId, orderId } = await changedBy(agent);
  expect(await lab.job(jobId)).toMatchObject({ undoable: true, undoneBy: [] });
  expect(await order(orderId)).toMatchObject({ undoable: true, undoneBy: [], undoes: null });

  const answer = await undoJob(jobId);

  expect(answer).toMatchObject({
    status: 201,
    body: { mode: 'undo', undoes: orderId, targets: 1, reason: reason.reason, title: 'Demo studio CA' },
  });
  const undoId = answer.body.jobs[0]?.id ?? '';
  await eventually(
    () => Promise.resolve(agent.jobs),
    (jobs) => jobs.length === 2,
  );
  const [first, second] = agent.jobs;
  expect(second?.job).toMatchObject({ jobId: undoId, undoes: jobId });
  expect(second?.order).toMatchObject({
    mode: 'undo',
    remedy: first?.order.remedy,
    parameters: first?.order.parameters,
    artifacts: first?.order.artifacts,
  });
  expect(second?.message.artifacts).toEqual(first?.message.artifacts);

  expect(await undoJob(jobId)).toMatchObject({ status: 409, body: { code: 'undoUnderway' } });
  expect(await undoOrder(orderId)).toMatchObject({ status: 409, body: { code: 'undoUnderway' } });
  expect(await lab.job(jobId)).toMatchObject({ undoable: false, undoneBy: [{ id: undoId, mode: 'undo' }] });

  agent.tell(undoId, 'planning', 'applying', 'verifying', 'verified');
  await lab.reaches(undoId, 'verified');

  // The first one keeps its state and links to the undo (rollouts.md).
  expect(await lab.job(jobId)).toMatchObject({ state: 'verified', undoneBy: [{ state: 'verified' }] });
  expect(await lab.job(undoId)).toMatchObject({ undoes: jobId, undoable: false });
  expect(await order(orderId)).toMatchObject({
    undoable: false,
    undoneBy: [{ id: answer.body.id, targets: 1 }],
  });
  expect(await undoJob(jobId)).toMatchObject({ status: 409, body: { code: 'alreadyUndone' } });
  expect(await undoJob(undoId)).toMatchObject({ status: 409, body: { code: 'nothingToUndo' } });
  expect(await lab.actionsOn(answer.body.id)).toEqual(['order.undo']);
});

it('takes an order back on the hosts that it changed, and on no other', async () => {
  const [changed, compliant] = [await lab.newcomer('ws-changed'), await lab.newcomer('ws-compliant')];
  const away = await lab.identity('ws-away');
  const hostIds = [changed.identity.hostId, compliant.identity.hostId, away.hostId];
  const { body } = await lab.order(hostIds);
  const jobOf = (hostId: string) => body.jobs.find((job) => job.hostId === hostId)?.id ?? '';
  changed.emit(jobOf(changed.identity.hostId), { state: 'planning', plan });
  changed.tell(jobOf(changed.identity.hostId), 'applying', 'verifying', 'verified');
  compliant.tell(jobOf(compliant.identity.hostId), 'planning', 'alreadyCompliant');
  await lab.reaches(jobOf(changed.identity.hostId), 'verified');
  await lab.reaches(jobOf(compliant.identity.hostId), 'alreadyCompliant');

  const answer = await undoOrder(body.id);

  expect(answer.body.jobs.map(({ hostId }) => hostId)).toEqual([changed.identity.hostId]);
});

it('may be tried again where it failed', async () => {
  const agent = await lab.newcomer();
  const { jobId } = await changedBy(agent);
  const first = (await undoJob(jobId)).body.jobs[0]?.id ?? '';
  agent.tell(first, 'planning', 'failed');
  await lab.reaches(first, 'failed');

  const second = await undoJob(jobId);

  expect(second.status).toBe(201);
  expect((await lab.job(jobId)).undoneBy.map(({ id }) => id)).toEqual([second.body.jobs[0]?.id, first]);
});

it('waits for a host that is away, like any order', async () => {
  const agent = await lab.newcomer();
  const { jobId } = await changedBy(agent);
  await agent.stop();
  await eventually(
    () => lab.detail(agent.identity.hostId),
    ({ presence }) => presence === 'offline',
  );

  const { body } = await undoJob(jobId);

  expect(body.jobs[0]).toMatchObject({ state: 'heldOffline' });
  const back = await lab.online(agent.identity);
  await eventually(
    () => Promise.resolve(back.jobs),
    (jobs) => jobs.some(({ job }) => job.undoes === jobId),
  );
});

it('finds nothing where nothing changed', async () => {
  const agent = await lab.newcomer();
  const { jobId, orderId } = await lab.given(agent, { mode: 'plan' });
  agent.tell(jobId, 'planning', 'planned');
  await lab.reaches(jobId, 'planned');

  for (const answer of [await undoJob(jobId), await undoOrder(orderId)])
    expect(answer).toMatchObject({ status: 409, body: { code: 'nothingToUndo' } });
  expect((await lab.page.get<JobDetail>(`/api/v1/jobs/${jobId}`)).body.undoable).toBe(false);
});
