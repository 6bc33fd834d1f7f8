import { randomUUID } from 'node:crypto';
import type { JobEvent, Order } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repair } from '../create-repair.ts';
import {
  createEntryStores,
  DISALLOWED,
  presentIn,
  ROOT,
  type EntryStores,
  type PutBehaviour,
} from '../testing/entry-store.ts';
import { createLab, remediesOn, type Lab } from '../testing/lab.ts';
import { journaled, pointsOf, runUntil } from '../testing/stopped-runs.ts';

let lab: Lab;
let stores: EntryStores;
beforeEach(async () => {
  lab = await createLab();
  stores = createEntryStores();
});
afterEach(() => lab.remove());

const open = (behaviour: PutBehaviour = 'works', more = {}): Promise<Repair> =>
  lab.repair({ remedies: remediesOn(stores.access(behaviour)), ...more });
const last = (): JobEvent => lab.events.at(-1)!;
const held = (store = ROOT) => stores.held.get(store)!.get(lab.anchor) ?? null;
const ours = (store = ROOT) => presentIn(store, lab.der);

type Asked = Pick<Order, 'remedy'> & { readonly store?: string };
const add: Asked = { remedy: 'trustStore.addAnchor' };
const remove: Asked = { remedy: 'trustStore.removeAnchor' };

function message({ remedy, store }: Asked, more: { undoes?: string; jobId?: string } = {}) {
  const parameters = { anchor: lab.anchor, ...(store === undefined ? {} : { store }) };
  return lab.message({
    order: { remedy, parameters, mode: more.undoes === undefined ? 'apply' : 'undo' },
    job: more,
  });
}

async function run(asked: Asked, by?: Repair): Promise<string> {
  const jobId = randomUUID();
  const repair = by ?? (await open());
  await repair.accept(message(asked, { jobId }));
  await repair.idle();
  return jobId;
}

async function undo(asked: Asked, undoes: string): Promise<JobEvent> {
  const repair = await open();
  await repair.accept(message(asked, { undoes }));
  await repair.idle();
  return last();
}

describe('an anchor as an entry', () => {
  it('is put, proved, and taken back', async () => {
    const jobId = await run(add);

    expect(last()).toMatchObject({
      ...{ jobId, state: 'verified', effective: 'appRestart', undone: false },
      plan: { changes: [{ kind: 'addAnchor', store: ROOT, anchor: lab.anchor }] },
      after: { store: ROOT, holds: true, anchors: 1 },
    });
    expect(held()).toEqual(ours());
    expect(await undo(add, jobId)).toMatchObject({ state: 'verified', after: { holds: false } });
    expect(held()).toBeNull();
  });

  it('what stood there before comes back as it was: purposes, name and all', async () => {
    const mail = { ...ours(), trust: 'otherPurposes' as const, attributes: { friendlyName: 'Mail' } };
    stores.held.get(ROOT)!.set(lab.anchor, mail);
    const jobId = await run(add);
    expect(held()).toEqual(ours());

    expect(await undo(add, jobId)).toMatchObject({ state: 'verified' });
    expect(held()).toEqual(mail);
  });

  it('is removed with all that it was, and put back', async () => {
    const studio = { ...ours(), attributes: { friendlyName: 'Studio', note: '7' } };
    stores.held.get(ROOT)!.set(lab.anchor, studio);
    const jobId = await run(remove);

    expect(last()).toMatchObject({ state: 'verified', after: { holds: true, anchors: 0 } });
    expect(held()).toBeNull();
    expect(await undo(remove, jobId)).toMatchObject({
      state: 'verified',
      after: { holds: true, anchors: 1 },
    });
    expect(held()).toEqual(studio);
  });

  it.each<[string, Asked, PutBehaviour, RegExp]>([
    ['the store reports a failure', add, 'reportsFailure', /crypt32 said no/],
    ['the store did nothing', add, 'doesNothing', /not among its anchors/],
  ])('is as before where %s', async (...[, asked, behaviour, detail]) => {
    await run(asked, await open(behaviour));

    expect(last()).toMatchObject({
      ...{ state: 'failed', undone: true },
      detail: expect.stringMatching(detail) as string,
    });
    expect(held()).toBeNull();
  });

  it('a removal that did nothing says who still has it, and leaves it', async () => {
    stores.held.get(ROOT)!.set(lab.anchor, ours());
    await run(remove, await open('doesNothing'));

    expect(last()).toMatchObject({
      ...{ state: 'failed', undone: true },
      detail: expect.stringMatching(/still among its anchors/) as string,
    });
    expect(held()).toEqual(ours());
  });

  it('is left alone where somebody changed it since', async () => {
    const jobId = await run(add);
    const theirs = { ...ours(), attributes: { friendlyName: 'Ours now' } };
    stores.held.get(ROOT)!.set(lab.anchor, theirs);

    expect(await undo(add, jobId)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(
        /entry in the operating system's store is no longer what that job made/,
      ) as string,
    });
    expect(held()).toEqual(theirs);
  });

  it('stays trusted where a policy brings it too since: ours goes, and the end says who has it', async () => {
    const jobId = await run(add);
    stores.ofPolicy.set(lab.anchor, { ...ours(), attributes: { friendlyName: 'By policy' } });

    expect(await undo(add, jobId)).toMatchObject({
      state: 'verified',
      detail: expect.stringMatching(/stays trusted: group policy brings it too/) as string,
    });
    expect(held()).toBeNull();
  });

  it('is told apart by store: an order for one undoes nothing of another', async () => {
    const jobId = await run(add);

    expect(await undo({ ...add, store: DISALLOWED }, jobId)).toMatchObject({ state: 'refused' });
    expect(held()).toEqual(ours());
  });

  it('is rejected by the store of rejected ones, and no longer after the undo', async () => {
    const jobId = await run({ ...add, store: DISALLOWED });

    expect(last()).toMatchObject({
      state: 'verified',
      plan: { changes: [{ kind: 'distrustAnchor', store: DISALLOWED }] },
      // No digest of anchors says what stands in a store that has none.
      after: { store: DISALLOWED, bundleSha256: null, holds: true },
    });
    expect(held(DISALLOWED)).toEqual(ours(DISALLOWED));
    await run(add);
    expect(last()).toMatchObject({ state: 'notApplicable' });
    expect(await undo({ ...add, store: DISALLOWED }, jobId)).toMatchObject({ state: 'verified' });
    expect(held(DISALLOWED)).toBeNull();
  });

  it('a store that this host does not have is no reason to touch another', async () => {
    await run({ ...add, store: 'java:0123456789ab' });

    expect(last()).toMatchObject({
      state: 'notApplicable',
      detail: expect.stringMatching(/no store java:0123456789ab on this host/) as string,
    });
    expect(held()).toBeNull();
  });
});

describe('an agent that stops while it changes an entry', () => {
  it('half-way through the change: what it left is taken away, though it is neither before nor after', async () => {
    const repair = await open('half');
    void repair.accept(message(add));
    await expect.poll(() => held()?.trust).toBe('otherPurposes');

    await (await open()).recover();

    expect(last()).toMatchObject({ state: 'failed', undone: true });
    expect(held()).toBeNull();
  });

  it('what somebody else made of it meanwhile is left alone', async () => {
    const change = message(add);
    const points = await pointsOf((fault) => open('works', { fault }), message(add));
    const after = points.indexOf('after:stepDone');
    stores.held.get(ROOT)!.clear();
    await runUntil(after, (fault) => open('works', { fault }), change);
    const theirs = { ...ours(), trust: 'otherPurposes' as const, attributes: { friendlyName: 'Theirs' } };
    stores.held.get(ROOT)!.set(lab.anchor, theirs);

    await (await open()).recover();

    expect(last()).toMatchObject({ state: 'appliedNotVerified', undone: false });
    expect(held()).toEqual(theirs);
  });

  it.each<[string, Asked, boolean]>([
    ['adding', add, false],
    ['removing', remove, true],
    ['rejecting', { ...add, store: DISALLOWED }, false],
  ])(
    'at any point of %s: changed and verified, or as before',
    async (...[, asked, present]) => {
      const set = (): void => {
        const there = stores.held.get(asked.store ?? ROOT)!;
        if (present) there.set(lab.anchor, ours(asked.store));
        else there.clear();
      };
      set();
      const points = await pointsOf((fault) => open('works', { fault }), message(asked));
      const ends = new Set<string>();
      for (const stop of points.keys()) {
        set();
        const jobId = randomUUID();
        await runUntil(stop, (fault) => open('works', { fault }), message(asked, { jobId }));

        await (await open()).recover();

        const { finals } = await journaled(lab.stateDir, jobId);
        const where = `stopped at ${stop} (${points[stop]})`;
        const now = held(asked.store) !== null;
        if (finals.length === 0) expect([points[stop], now], where).toEqual(['before:accepted', present]);
        else
          expect([finals[0]!.state, now], where).toEqual(
            finals[0]!.undone ? ['failed', present] : ['verified', !present],
          );
        ends.add(finals[0]?.state ?? 'none');
      }
      expect(ends).toEqual(new Set(['none', 'verified', 'failed']));
    },
    60_000,
  );
});
