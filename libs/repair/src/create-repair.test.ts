import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '@trustfleet/certificates';
import { jobEvent, type JobEvent } from '@trustfleet/protocol';
import { verifyJobEvent } from '@trustfleet/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDurableFiles } from './durable-files.ts';
import { createLab, PERMITTED, type Lab } from './testing/lab.ts';
import { readTrustStores } from './testing/debian-store.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

const trusted = async (): Promise<string[]> => [
  ...((await readTrustStores(lab.tree)).stores[0]?.bundle.anchors ?? []),
];
const bundleDigest = async (): Promise<string> => sha256Hex(await readFile(lab.tree.bundle));
const last = (): JobEvent => lab.events.at(-1)!;
const steps = (): string[] =>
  lab.events.map((event) => [event.state, event.step].filter((part) => part !== null).join(':'));

async function runOne(message = lab.message(), options: Parameters<Lab['repair']>[0] = {}): Promise<void> {
  const repair = await lab.repair(options);
  await repair.accept(message);
  await repair.idle();
}

describe('trustStore.addAnchor', () => {
  it('plans, applies and proves it; every event is on the contract and the last one is signed', async () => {
    const before = await bundleDigest();

    await runOne();

    expect(steps()).toEqual([
      'planning',
      'applying:writeAnchorFile',
      'applying:runStoreTool',
      'verifying:readBack',
      'verified',
    ]);
    expect(lab.events.map((event) => event.index)).toEqual([1, 2, 3, 4, 5]);
    for (const event of lab.events) expect(jobEvent.parse(event)).toEqual(event);
    expect(verifyJobEvent(last(), lab.hostKey.publicKey)).toBe(true);
    expect(await trusted()).toContain(lab.anchor);
    expect(last().before).toMatchObject({ holds: false, bundleSha256: before, anchors: 1 });
    expect(last().after).toMatchObject({ holds: true, bundleSha256: await bundleDigest(), anchors: 2 });
    expect(last().plan?.changes.map((change) => change.kind)).toEqual(['addFile', 'runTool', 'addAnchor']);
  });

  it('writes the file that its plan names, with the digest that the plan names', async () => {
    await runOne();

    const added = last().plan!.changes.find((change) => change.kind === 'addFile')!;
    expect(added.path).toBe(join(lab.tree.anchors, `trustfleet-${lab.anchor.slice(0, 16)}.crt`));
    expect(sha256Hex(await readFile(added.path))).toBe(added.sha256);
  });

  it('a dry run ends with the plan and changes nothing', async () => {
    const before = await bundleDigest();

    await runOne(lab.message({ order: { mode: 'plan' } }));

    expect(last()).toMatchObject({ state: 'planned', before: { holds: false } });
    expect(last().plan?.changes).toHaveLength(3);
    expect(await bundleDigest()).toBe(before);
    expect(await readdir(lab.tree.anchors)).toEqual(['present.crt']);
  });

  it.each(['plan', 'apply'] as const)(
    'a host that has the anchor answers alreadyCompliant (%s)',
    async (mode) => {
      await runOne();
      await runOne(lab.message({ order: { mode } }));

      expect(last()).toMatchObject({
        state: 'alreadyCompliant',
        plan: { changes: [] },
        after: { holds: true },
      });
    },
  );

  it.each(['reportsFailure', 'bundleLacksAnchor'] as const)(
    'takes everything back when the tool %s',
    async (behaviour) => {
      const before = await bundleDigest();

      await runOne(lab.message(), { behaviour });

      expect(last()).toMatchObject({
        state: 'failed',
        undone: true,
        after: { holds: false, bundleSha256: before },
      });
      expect(last().detail).toMatch(/The change was undone/);
      expect(await readdir(lab.tree.anchors)).toEqual(['present.crt']);
      expect((await readdir(lab.tree.links)).filter((name) => name.startsWith('trustfleet'))).toEqual([]);
      expect(await bundleDigest()).toBe(before);
    },
  );

  it('a tool that does not end is given up after the time limit of the job, and taken back', async () => {
    await runOne(lab.message({ job: { executionTimeoutMs: 1500 } }), { behaviour: 'neverEnds' });

    expect(last()).toMatchObject({ state: 'timedOut', undone: true });
    expect(await trusted()).not.toContain(lab.anchor);
  });

  it('leaves a file alone that somebody changed meanwhile, and says so', async () => {
    const path = join(lab.tree.anchors, `trustfleet-${lab.anchor.slice(0, 16)}.crt`);
    const foreign = await readFile(join(lab.tree.anchors, 'present.crt'));

    await runOne(lab.message(), {
      behaviour: 'reportsFailure',
      fault: (point) => (point === 'before:removeAnchorFile' ? writeFile(path, foreign) : undefined),
    });

    expect(last()).toMatchObject({ state: 'appliedNotVerified', undone: false });
    expect(last().detail).toMatch(/no longer holds what this job wrote/);
    expect(await readFile(path)).toEqual(foreign);
  });

  it('puts back what stood under the name of its file', async () => {
    const path = join(lab.tree.anchors, `trustfleet-${lab.anchor.slice(0, 16)}.crt`);
    const foreign = await readFile(join(lab.tree.anchors, 'present.crt'));
    await writeFile(path, foreign);

    await runOne(lab.message(), { behaviour: 'bundleLacksAnchor' });

    expect(last()).toMatchObject({ state: 'failed', undone: true });
    expect(await readFile(path)).toEqual(foreign);
  });

  it('has the inventory read again after the change and before the final event', async () => {
    const seen: { trusted: boolean; final: boolean }[] = [];

    await runOne(lab.message(), {
      beforeFinal: async () =>
        void seen.push({
          trusted: (await trusted()).includes(lab.anchor),
          final: lab.events.some((event) => event.signature !== null),
        }),
    });

    expect(seen).toEqual([{ trusted: true, final: false }]);
  });
});

describe('jobs', () => {
  it('answers a job that it holds with its last event, and does nothing again', async () => {
    const message = lab.message();
    const repair = await lab.repair();
    await repair.accept(message);
    await repair.idle();
    await repair.acknowledge(lab.events.map((event) => event.eventId));
    expect(repair.pending()).toEqual([]);
    const done = await bundleDigest();
    const answered = lab.events.length;

    await repair.accept(message);
    await repair.idle();

    expect(lab.events).toHaveLength(answered + 1);
    expect(last().eventId).toBe(lab.events[answered - 1]!.eventId);
    expect(repair.pending().map((event) => event.eventId)).toEqual([last().eventId]);
    expect(await bundleDigest()).toBe(done);
  });

  it('keeps unacknowledged events across a restart, oldest first, and forgets acknowledged ones', async () => {
    await runOne();
    const [first, ...rest] = lab.events.map((event) => event.eventId);
    const repair = await lab.repair();
    expect(repair.pending().map((event) => event.eventId)).toEqual([first, ...rest]);

    await repair.acknowledge([first!]);

    expect((await lab.repair()).pending().map((event) => event.eventId)).toEqual(rest);
  });

  it('runs one job at a time, in the order of arrival', async () => {
    const repair = await lab.repair();
    await Promise.all([
      repair.accept(lab.message()),
      repair.accept(lab.message()),
      repair.accept(lab.message()),
    ]);
    await repair.idle();

    expect(lab.events.filter((event) => event.signature !== null).map((event) => event.state)).toEqual([
      'verified',
      'alreadyCompliant',
      'alreadyCompliant',
    ]);
    const jobs = lab.events.map((event) => event.jobId);
    expect(jobs).toEqual([...jobs].sort((a, b) => jobs.indexOf(a) - jobs.indexOf(b)));
  });

  it('gives a job up that is cancelled before its first step', async () => {
    const repair = await lab.repair({
      onEvent: (event) => {
        lab.events.push(event);
        if (event.state === 'planning') void repair.cancel(event.jobId);
      },
    });
    await repair.accept(lab.message());
    await repair.idle();

    expect(last().state).toBe('cancelled');
    expect(await trusted()).not.toContain(lab.anchor);
  });

  it('drops a message that names no job', async () => {
    const message = lab.message();
    await runOne({ ...message, job: { ...message.job, payload: Buffer.from('{}').toString('base64') } });

    expect(lab.events).toEqual([]);
    expect(await createDurableFiles().list(join(lab.stateDir, 'journal'))).toEqual([]);
  });

  it('leaves jobs to the server when too many are open', async () => {
    const repair = await lab.repair({ allowList: () => Promise.resolve({ ...PERMITTED, permits: [] }) });
    for (let number = 0; number < 70; number += 1) await repair.accept(lab.message());

    expect(repair.pending()).toHaveLength(64);
  });

  it.each([1, 2, 5, 8, 11])(
    'survives a full disk at entry %i: brought again, the job is ended once',
    async (full) => {
      const files = createDurableFiles();
      let written = 0;
      const message = lab.message();
      const repair = await lab.repair({
        files: {
          ...files,
          async append(path, bytes) {
            written += 1;
            if (written !== full) return files.append(path, bytes);
            await files.append(path, bytes.subarray(0, 20));
            throw new Error('ENOSPC: no space left on device');
          },
        },
      });
      await repair.accept(message);
      await repair.idle();

      await repair.accept(message);
      await repair.idle();

      expect(lab.events.filter((event) => event.signature !== null)).toHaveLength(1);
      expect(['verified', 'failed']).toContain(last().state);
      expect((await trusted()).includes(lab.anchor)).toBe(last().state === 'verified');
      expect(repair.pending().map((event) => event.index)).toEqual(
        repair.pending().map((_event, index) => index + 1),
      );
    },
  );
});
