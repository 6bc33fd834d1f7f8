import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex, toPem } from '@trustfleet/certificates';
import type { JobEvent } from '@trustfleet/protocol';
import { verifyJobEvent } from '@trustfleet/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repair } from './create-repair.ts';
import { readTrustStores, updateCaCertificates } from './testing/debian-store.ts';
import { createLab, PERMITTED, type Lab } from './testing/lab.ts';
import { createManualTimers } from './testing/manual-timers.ts';

let lab: Lab;
let repair: Repair;
let done: string;
let before: Buffer;
beforeEach(async () => {
  lab = await createLab();
  before = await readFile(lab.tree.bundle);
  repair = await lab.repair();
  done = await apply();
});
afterEach(() => lab.remove());

const path = (): string => join(lab.tree.anchors, `trustfleet-${lab.anchor.slice(0, 16)}.crt`);
const last = (): JobEvent => lab.events.at(-1)!;
const trusted = async (): Promise<boolean> =>
  (await readTrustStores(lab.tree)).stores[0]!.bundle.anchors.includes(lab.anchor);

async function apply(): Promise<string> {
  const jobId = randomUUID();
  await repair.accept(lab.message({ job: { jobId } }));
  await repair.idle();
  expect(last()).toMatchObject({ jobId, state: 'verified' });
  return jobId;
}

async function undo(undoes = done, by = repair): Promise<JobEvent> {
  await by.accept(lab.message({ order: { mode: 'undo' }, job: { undoes } }));
  await by.idle();
  return last();
}

describe('an order to undo', () => {
  it('plans, goes back and proves it: the store is byte for byte as before', async () => {
    const seen = lab.events.length;
    const end = await undo();

    expect(lab.events.slice(seen).map(({ state, step }) => [state, step].filter(Boolean).join(':'))).toEqual([
      'planning',
      'applying:removeAnchorFile',
      'applying:rerunStoreTool',
      'verifying:readBack',
      'verified',
    ]);
    expect(end.plan?.changes).toMatchObject([
      { kind: 'removeFile', path: path() },
      { kind: 'runTool' },
      { kind: 'removeAnchor', anchor: lab.anchor },
    ]);
    expect(end).toMatchObject({
      before: { holds: true },
      after: { holds: false, bundleSha256: sha256Hex(before) },
      effective: 'appRestart',
    });
    expect(verifyJobEvent(end, lab.hostKey.publicKey)).toBe(true);
    expect(await readdir(lab.tree.anchors)).toEqual(['present.crt']);
    expect(await readFile(lab.tree.bundle)).toEqual(before);
  });

  it('answers alreadyCompliant when nothing of it is left: taken back before, or by hand', async () => {
    await undo();
    expect(await undo()).toMatchObject({
      state: 'alreadyCompliant',
      detail: expect.stringMatching(/taken back already, by job/) as string,
    });
    const second = await apply();
    await rm(path());
    await updateCaCertificates(lab.tree, 'remove');

    expect(await undo(second)).toMatchObject({ state: 'alreadyCompliant', after: { holds: false } });
  });

  it('leaves a file alone that somebody changed since, and says so', async () => {
    const foreign = `${toPem(lab.der)}# mine\n`;
    await writeFile(path(), foreign);

    expect(await undo()).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/no longer holds what that job wrote/) as string,
    });
    expect(await readFile(path(), 'utf8')).toBe(foreign);
    expect(await trusted()).toBe(true);
  });

  it('keeps the anchor where another file brings it too, and says which', async () => {
    await writeFile(join(lab.tree.anchors, 'studio.crt'), toPem(lab.der));

    expect(await undo()).toMatchObject({
      state: 'verified',
      detail: expect.stringContaining('studio.crt brings it too') as string,
    });
    expect((await readdir(lab.tree.anchors)).sort()).toEqual(['present.crt', 'studio.crt']);
    expect(await trusted()).toBe(true);
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ['its journal is gone', () => randomUUID(), /is not on this host \(any more\)/],
    [
      'it changed nothing',
      async () => {
        const jobId = randomUUID();
        await repair.accept(lab.message({ job: { jobId } }));
        await repair.idle();
        return jobId;
      },
      /changed nothing here \(it ended as alreadyCompliant\)/,
    ],
    [
      'it was an undo itself',
      async () => {
        await undo();
        return last().jobId;
      },
      /took another job back/,
    ],
  ])('answers notApplicable when %s', async (_name, which, detail) => {
    expect(await undo(await which())).toMatchObject({
      state: 'notApplicable',
      detail: expect.stringMatching(detail) as string,
    });
  });

  it('refuses to undo a job of other parameters than the order names', async () => {
    await repair.accept(
      lab.message({ order: { mode: 'undo', parameters: { anchor: 'a'.repeat(64) } }, job: { undoes: done } }),
    );
    await repair.idle();

    expect(last()).toMatchObject({ state: 'refused', detail: expect.stringContaining(done) as string });
    expect(await trusted()).toBe(true);
  });

  it('needs to be permitted like the remedy itself, and to name a job', async () => {
    const strict = await lab.repair({ allowList: () => Promise.resolve({ ...PERMITTED, permits: [] }) });

    expect(await undo(done, strict)).toMatchObject({ state: 'notPermitted' });
    await repair.accept(lab.message({ order: { mode: 'undo' } }));
    await repair.idle();
    expect(last()).toMatchObject({ state: 'incompatible' });
    expect(await trusted()).toBe(true);
  });

  it('puts things back as they were when its tool fails', async () => {
    const after = await readFile(lab.tree.bundle);
    const failing = await lab.repair({ behaviour: 'failsOnce' });

    const end = await undo(done, failing);

    expect(end).toMatchObject({ state: 'failed', undone: true });
    expect(await readFile(lab.tree.bundle)).toEqual(after);
    expect(await trusted()).toBe(true);
    expect(await undo()).toMatchObject({ state: 'verified' });
  });

  it('ends a job that still bakes', async () => {
    await undo();
    const timers = createManualTimers();
    const baking = await lab.repair({ timers });
    const jobId = randomUUID();
    await baking.accept(
      lab.message({ order: { limits: { attempts: 1, backoffMs: 1000, bakeMs: 60_000 } }, job: { jobId } }),
    );
    await baking.idle();
    expect(last()).toMatchObject({ jobId, state: 'baking' });

    await undo(jobId, baking);

    expect(lab.events.filter((event) => event.signature !== null).slice(-2)).toMatchObject([
      { jobId, state: 'regressed', undone: true },
      { state: 'verified' },
    ]);
    expect(timers.waiting).toBe(0);
  });
});

describe("the owner's own undo", () => {
  it('needs no permission; the server hears of it on the undone job, signed, and of nothing else', async () => {
    const strict = await lab.repair({ allowList: () => Promise.resolve({ ...PERMITTED, permits: [] }) });
    await strict.acknowledge(lab.events.map(({ eventId }) => eventId));
    const final = last();

    await strict.undoAsOwner({ requestId: randomUUID(), undoes: done });
    await strict.idle();

    expect(await readFile(lab.tree.bundle)).toEqual(before);
    const [event, ...others] = strict.pending();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      jobId: done,
      index: final.index + 1,
      state: 'verified',
      step: 'undoneByOwner',
      undone: true,
      after: { holds: false },
    });
    expect(verifyJobEvent(event!, lab.hostKey.publicKey)).toBe(true);
    expect(last()).toEqual(event);
  });

  it('asked for twice, is done once', async () => {
    const request = { requestId: randomUUID(), undoes: done };
    await repair.undoAsOwner(request);
    await repair.undoAsOwner(request);
    await repair.idle();

    expect(lab.events.filter(({ step }) => step === 'undoneByOwner')).toHaveLength(1);
  });
});
