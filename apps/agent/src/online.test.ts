import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job, Order } from '@trustfleet/protocol';
import { createTlsLab } from '@trustfleet/testkit';
import { keyId, merkleProof, merkleRoot, signJob, signKeySet, signOrder } from '@trustfleet/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agent, startAgent } from './testing/agent-process.ts';
import { makeFakeRoot, type FakeRoot } from './testing/fake-root.ts';
import { SettingsLab } from './testing/settings-lab.ts';

/* The program itself, in a process of its own, connected to a real hub. */

const YEAR_MS = 365 * 24 * 3_600_000;
const WAIT = { timeout: 20_000 };
let fake: FakeRoot;
let lab: SettingsLab | undefined;
beforeEach(async () => {
  fake = await makeFakeRoot();
});
afterEach(async () => {
  await lab?.close();
  await fake.remove();
});

const where = (stateDir: string): string[] => [
  ...['--state-dir', stateDir],
  ...['--allow-list', join(fake.directory, 'allow-list.json')],
];

/** A job of this host that its owner does not permit. */
function jobFor({ hostId, fleetId, serverKey }: SettingsLab) {
  const order: Order = {
    format: 1,
    orderId: randomUUID(),
    fleetId,
    remedy: 'trustStore.addAnchor',
    parameters: {},
    mode: 'apply',
    artifacts: [],
    targets: { count: 1, merkleRoot: merkleRoot([hostId]) },
    notBefore: new Date(Date.now() - 60_000).toISOString(),
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    orderSeq: 1,
    reason: 'test',
  };
  const job: Job = {
    format: 1,
    jobId: randomUUID(),
    orderId: order.orderId,
    hostId,
    merkleProof: [...merkleProof([hostId], hostId)],
    attempt: 1,
    executionTimeoutMs: 60_000,
  };
  return {
    type: 'job' as const,
    order: signOrder(order, [serverKey.privateKey]),
    job: signJob(job, serverKey.privateKey),
    artifacts: {},
  };
}

function keySetFor({ fleetId, serverKey: { publicKey, privateKey } }: SettingsLab) {
  const keys = [{ keyId: keyId(publicKey), publicKey, roles: ['server' as const] }];
  return signKeySet({ format: 1, fleetId, version: 1, threshold: 1, keys }, [privateKey]);
}

/** `format` of a file of the state directory: of the whole, or of a journal's first entry. */
async function formatOf(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  const value: unknown = JSON.parse(path.endsWith('.jsonl') ? (text.split('\n')[0] ?? '') : text);
  return typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
}

async function formats(directory: string): Promise<Record<string, unknown>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'));
  const found = await Promise.all(
    files.map(async ({ parentPath, name }) => [name, await formatOf(join(parentPath, name))] as const),
  );
  return Object.fromEntries(found);
}

describe('a wall clock that is wrong by years', () => {
  it.each([
    ['behind', 10 * YEAR_MS],
    ['ahead of', -10 * YEAR_MS],
  ])('%s the server’s is told to it and to the person, and refuses nothing', async (direction, aheadMs) => {
    lab = await SettingsLab.start({ aheadMs });
    const running = startAgent(['run', ...where(lab.stateDir), '--root', fake.root]);
    const heartbeats = () => lab!.messages.filter((message) => message.type === 'heartbeat');
    await expect.poll(() => heartbeats().length, WAIT).toBeGreaterThan(1);
    const { stdout } = await agent(['status', ...where(lab.stateDir)]);
    running.child.kill('SIGTERM');
    await running.finished;

    for (const { clockOffsetMs = 0 } of heartbeats())
      expect(Math.abs(clockOffsetMs + aheadMs)).toBeLessThan(60_000);
    expect(stdout).toMatch(
      new RegExp(`Clock: +this machine's clock is 36\\d\\d days.* ${direction} the server's`),
    );
    expect(stdout).toContain('connected since');
  });
});

describe('the state directory', () => {
  it('holds only files with a number of their format, whatever the agent has lived through', async () => {
    lab = await SettingsLab.start();
    const { stateDir } = lab;
    const running = startAgent(['run', ...where(stateDir), '--root', fake.root]);
    await expect.poll(() => lab!.sessions.length, WAIT).toBe(1);
    lab.send({ type: 'settings', id: randomUUID(), candidate: { keySet: keySetFor(lab) } });
    await expect.poll(() => lab!.results, WAIT).toMatchObject([{ outcome: 'kept' }]);
    lab.send(jobFor(lab));
    await expect
      .poll(() => lab!.messages.find((message) => message.type === 'jobEvent'), WAIT)
      .toMatchObject({ event: { state: 'notPermitted' } });
    lab.acknowledge = false;
    lab.send({
      type: 'settings',
      id: randomUUID(),
      candidate: { secret: randomBytes(32).toString('base64url') },
    });
    await expect.poll(() => readdir(stateDir), WAIT).toContain('candidate.json');
    const meanwhile = await formats(stateDir);
    running.child.kill('SIGTERM');
    await running.finished;
    const found = { ...meanwhile, ...(await formats(stateDir)) };

    for (const [name, format] of Object.entries(found)) expect(format, name).toBeOneOf([1, 2, 3, 4]);
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        'agent.lock',
        'candidate.json',
        'host-key.json',
        'identity.json',
        'journal.jsonl',
        'key-set.json',
        'server-time.json',
        'settings-results.json',
        'status.json',
      ]),
    );
  });
});

describe('endpoints', () => {
  const digests = () =>
    lab!.messages.flatMap((message) =>
      message.type === 'report' ? (message.sections['endpoints'] ?? []) : [],
    );

  it('that the server tells are looked at, kept across a restart, and not visited again before their time', async () => {
    const tls = createTlsLab();
    const { port, server } = await tls.serve(await tls.leaf(await tls.authority('Studio Root')));
    let met = 0;
    server.on('connection', () => (met += 1));
    lab = await SettingsLab.start();
    const { stateDir } = lab;
    const start = () => startAgent(['run', ...where(stateDir), '--root', fake.root]);
    const kept = async () => JSON.parse(await readFile(join(stateDir, 'endpoints.json'), 'utf8')) as object;
    const first = start();
    await expect.poll(() => lab!.sessions.length, WAIT).toBe(1);

    const id = '00000000-0000-8000-8000-000000000001';
    lab.send({ type: 'endpoints', endpoints: [{ id, name: 'Site', host: 'localhost', port, clients: [] }] });
    // What `hello` told was an empty section.
    await expect.poll(() => digests().length, WAIT).toBe(1);
    first.child.kill('SIGTERM');
    await first.finished;
    const stored = await kept();
    const before = met;

    const second = start();
    await expect.poll(() => lab!.sessions.length, WAIT).toBe(2);
    second.child.kill('SIGTERM');
    await second.finished;
    await tls.close();

    expect(stored).toMatchObject({
      format: 1,
      configured: [{ id, host: 'localhost', port }],
      facts: { seen: { section: { endpoints: [{ id, network: 'connected' }] } } },
    });
    expect(await kept()).toMatchObject({ facts: { seen: { section: { endpoints: [{ id }] } } } });
    // With its name and without one.
    expect(before).toBe(2);
    expect(met).toBe(before);
  });
});
