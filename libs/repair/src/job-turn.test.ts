import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTrustStores } from './testing/debian-store.ts';
import { createLab, PERMITTED, type Lab } from './testing/lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

const FORBIDDEN = { ...PERMITTED, permits: [] };
const trusted = async (): Promise<boolean> =>
  (await readTrustStores(lab.tree)).stores[0]!.bundle.anchors.includes(lab.anchor);
const finals = (jobId: string): string[] =>
  lab.events.filter((event) => event.jobId === jobId && event.signature !== null).map(({ state }) => state);
interface Gate {
  readonly promise: Promise<void>;
  resolve(): void;
}
function gate(): Gate {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((open) => (resolve = open));
  return { promise, resolve };
}

const halted = (): Promise<never> => new Promise(() => undefined);

it('changes nothing when the owner takes the permission away between accepting and beginning', async () => {
  const jobId = randomUUID();
  // The agent ends as soon as the job stands in its journal.
  const first = await lab.repair({ fault: (point) => (point === 'before:event' ? halted() : undefined) });
  await first.accept(lab.message({ job: { jobId } }));
  first.stop();

  const next = await lab.repair({ allowList: () => Promise.resolve(FORBIDDEN) });
  await next.recover();
  await next.idle();

  expect(finals(jobId)).toEqual(['notPermitted']);
  expect(await trusted()).toBe(false);
});

it('does not begin a job whose cancellation is being written when its turn comes', async () => {
  const [ahead, cancelled] = [randomUUID(), randomUUID()];
  const [aheadBegins, aheadMayGoOn, cancelBegins, cancelMayGoOn] = [gate(), gate(), gate(), gate()];
  /** Each point is held once: the first event is of the job ahead, the first final entry is the cancellation. */
  const held = new Map([
    ['before:event', { reached: aheadBegins, open: aheadMayGoOn }],
    ['before:final', { reached: cancelBegins, open: cancelMayGoOn }],
  ]);
  const repair = await lab.repair({
    fault(point) {
      const door = held.get(point);
      held.delete(point);
      door?.reached.resolve();
      return door?.open.promise;
    },
  });
  await repair.accept(lab.message({ order: { mode: 'plan' }, job: { jobId: ahead } }));
  await aheadBegins.promise;
  await repair.accept(lab.message({ job: { jobId: cancelled } }));
  const cancelling = repair.cancel(cancelled);
  await cancelBegins.promise;

  aheadMayGoOn.resolve();
  await expect.poll(() => finals(ahead), { timeout: 20_000 }).toEqual(['planned']);
  // Its turn comes now, and the word that it is cancelled is not on disk yet.
  await new Promise((resolve) => setImmediate(resolve));
  cancelMayGoOn.resolve();
  await cancelling;
  await repair.idle();

  expect(lab.events.filter(({ jobId }) => jobId === cancelled).map(({ state }) => state)).toEqual([
    'cancelled',
  ]);
  expect(await trusted()).toBe(false);
});
