import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDurableFiles } from './durable-files.ts';
import { createLab, type Lab } from './testing/lab.ts';
import { journaled, pointsOf, runUntil } from './testing/stopped-runs.ts';
import { readTrustStores, type ToolBehaviour } from './testing/debian-store.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

/** Every point of one undisturbed run, in order. */
async function allPoints(behaviour: ToolBehaviour): Promise<string[]> {
  const other = await createLab();
  const points = await pointsOf((fault) => other.repair({ behaviour, fault }), other.message());
  await other.remove();
  return points;
}

const stopAt = (stop: number, behaviour: ToolBehaviour): Promise<void> =>
  runUntil(stop, (fault) => lab.repair({ behaviour, fault }), lab.message());

async function store(): Promise<{ bundle: string; files: string[]; links: string[]; trusted: boolean }> {
  const facts = (await readTrustStores(lab.tree)).stores[0]!;
  return {
    bundle: sha256Hex(await readFile(lab.tree.bundle)),
    files: await readdir(lab.tree.anchors),
    links: await readdir(lab.tree.links),
    trusted: facts.bundle.anchors.includes(lab.anchor),
  };
}

const withoutTemporary = (names: string[]): string[] => names.filter((name) => !name.endsWith('.tmp')).sort();

describe.each<ToolBehaviour>(['works', 'bundleLacksAnchor'])(
  'an agent that stops at any point of a job whose tool: %s',
  (behaviour) => {
    it('ends, at its next start, changed and verified or as before, with one final event', async () => {
      const points = await allPoints(behaviour);
      expect(points.length).toBeGreaterThan(20);
      const ends = new Set<string>();
      for (const [stop, point] of points.entries()) {
        const before = await store();
        await stopAt(stop, behaviour);

        await (await lab.repair()).recover();

        const where = `stopped at ${stop} (${point})`;
        const after = await store();
        const { events, finals } = await journaled(lab.stateDir);
        expect(
          events.map((event) => event.index),
          where,
        ).toEqual(events.map((_event, index) => index + 1));
        if (finals.length === 0) {
          expect(point, where).toBe('before:accepted');
          expect(after, where).toEqual(before);
        } else {
          expect(finals, where).toHaveLength(1);
          ends.add(finals[0]!.state);
          if (finals[0]!.state === 'verified') expect(after.trusted, where).toBe(true);
          else {
            expect(finals[0], where).toMatchObject({ state: 'failed', undone: true });
            expect({ ...after, files: withoutTemporary(after.files) }, where).toEqual(before);
          }
        }
        await lab.remove();
        lab = await createLab();
      }
      expect(ends).toEqual(new Set(['verified', 'failed']));
    }, 180_000);
  },
);

describe('recover', () => {
  it('is content with a journal whose last line a crash tore', async () => {
    const repair = await lab.repair();
    await repair.accept(lab.message());
    await repair.idle();
    const [jobId] = await readdir(join(lab.stateDir, 'journal'));
    const path = join(lab.stateDir, 'journal', jobId!, 'journal.jsonl');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await createDurableFiles().replace(
      path,
      Buffer.from(`${lines.slice(0, -1).join('\n')}\n${lines.at(-1)!.slice(0, 50)}`),
    );

    await (await lab.repair()).recover();

    const { finals, events } = await journaled(lab.stateDir);
    expect(finals).toMatchObject([{ state: 'verified' }]);
    expect(events.at(-1)!.index).toBe(events.length);
  });

  it('takes up a job that was accepted and not begun', async () => {
    await stopAt(2, 'works');

    await (await lab.repair()).recover();

    expect((await journaled(lab.stateDir)).finals).toMatchObject([{ state: 'verified' }]);
  });

  it('does nothing about finished jobs', async () => {
    const repair = await lab.repair();
    await repair.accept(lab.message());
    await repair.idle();
    const { events } = await journaled(lab.stateDir);

    await (await lab.repair()).recover();

    expect((await journaled(lab.stateDir)).events).toEqual(events);
  });
});
