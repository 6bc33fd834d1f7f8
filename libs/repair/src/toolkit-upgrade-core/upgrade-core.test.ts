import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Repair } from '../create-repair.ts';
import { createLab, PERMITTED, type Lab } from '../testing/lab.ts';
import { journaled, pointsOf, runUntil } from '../testing/stopped-runs.ts';
import type { FaultPoint } from '../ports.ts';
import { createUpgradeCore } from './index.ts';
import type { CoreAccess } from './ports.ts';
import { CORE_API, makeToolkitTree, NEW, SECRET, type ToolkitTree } from './testing/toolkit-tree.ts';
import { tankOutcome } from './tank-output.ts';

let lab: Lab;
let tree: ToolkitTree;
let states = 0;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab.remove());
beforeEach(() => {
  states += 1;
});
afterEach(() => tree.remove());

const stateDir = (): string => join(lab.directory, `state-${states}`);
const open = (fault?: FaultPoint, change: Partial<CoreAccess> = {}): Promise<Repair> =>
  lab.repair({
    stateDir: stateDir(),
    remedies: [createUpgradeCore(tree.access(change))],
    allowList: () => Promise.resolve({ ...PERMITTED, permits: ['toolkit.upgradeCore'] }),
    ...(fault === undefined ? {} : { fault }),
  });
const message = (
  parts: { version?: string; mode?: 'apply' | 'undo'; undoes?: string; jobId?: string } = {},
): JobMessage => {
  const { version = NEW.core, mode = 'apply', undoes, jobId = randomUUID() } = parts;
  const parameters = { configuration: tree.root, version };
  return lab.message({
    order: { remedy: 'toolkit.upgradeCore', parameters, artifacts: [], mode },
    job: { jobId, ...(undoes === undefined ? {} : { undoes }) },
  });
};
const last = (): JobEvent => lab.events.at(-1)!;

async function run(asked: JobMessage, change: Partial<CoreAccess> = {}): Promise<JobEvent> {
  const repair = await open(undefined, change);
  await repair.accept(asked);
  await repair.idle();
  repair.stop();
  return last();
}

describe('core_api.yml', () => {
  beforeEach(async () => {
    tree = await makeToolkitTree('descriptor');
  });

  it('gets another version and nothing else; a second job finds nothing to do, and an undo brings every byte back', async () => {
    const jobId = randomUUID();

    expect(await run(message({ jobId }))).toMatchObject({
      ...{ state: 'verified', effective: 'appRestart' },
      plan: { changes: [{ kind: 'changeFile', path: tree.settings }] },
      after: { subject: 'core', state: NEW.core, holds: true },
    });
    expect(await readFile(tree.settings, 'utf8')).toBe(CORE_API.replace('v0.21.7', NEW.core));
    expect(await run(message())).toMatchObject({ state: 'alreadyCompliant' });
    expect(await run(message({ mode: 'undo', undoes: jobId }))).toMatchObject({ state: 'verified' });
    expect(await readFile(tree.settings, 'utf8')).toBe(CORE_API);
  });

  it('is left alone where somebody changed it between plan and step, or since', async () => {
    const other = CORE_API.replace('v0.21.7', 'v0.22.0');
    let looks = 0;
    const access = tree.access();
    const readThen = async (path: string) => {
      looks += path === tree.settings ? 1 : 0;
      if (looks === 2) await writeFile(tree.settings, other);
      return access.files.readFile(path);
    };

    const first = await run(message(), { files: { ...access.files, readFile: readThen } });
    expect(first).toMatchObject({ state: 'failed', undone: true });
    expect(await readFile(tree.settings, 'utf8')).toBe(other);

    const jobId = randomUUID();
    await run(message({ jobId }));
    await writeFile(tree.settings, `${CORE_API}# mine\n`);
    expect(await run(message({ mode: 'undo', undoes: jobId }))).toMatchObject({ state: 'failed' });
    expect(await readFile(tree.settings, 'utf8')).toBe(`${CORE_API}# mine\n`);
  });

  it('is not written where nobody can be relied on to own it', async () => {
    const { files } = tree.access();
    const refusing = () => Promise.reject(new Error('/studio can be written by everybody.'));

    expect(await run(message(), { files: { ...files, readFile: refusing } })).toMatchObject({
      ...{ state: 'notApplicable', detail: '/studio can be written by everybody.' },
    });
  });
});

describe('tank core', () => {
  beforeEach(async () => {
    tree = await makeToolkitTree('localized');
  });

  it('upgrades a core of its own; what it printed is nowhere told; an undo brings all of it back', async () => {
    const before = await tree.content();
    const jobId = randomUUID();

    expect(await run(message({ jobId }))).toMatchObject({
      state: 'verified',
      plan: { changes: [{ kind: 'runTool' }, { kind: 'replaceCode' }, { kind: 'changeFile' }] },
      after: { state: NEW.core, holds: true },
    });
    const after = await tree.content();
    expect(after['/install/core/python/tank_vendor/shotgun_api3/shotgun.py']).toContain(NEW.api);
    expect(await run(message())).toMatchObject({ state: 'alreadyCompliant' });
    expect(await run(message({ mode: 'undo', undoes: jobId }))).toMatchObject({ state: 'verified' });
    expect(await tree.content()).toEqual(before);
    expect(await readdir(join(tree.root, 'install'))).toEqual(['core', 'core.backup']);
    for (const name of await readdir(join(stateDir(), 'journal'))) {
      const text = await readFile(join(stateDir(), 'journal', name, 'journal.jsonl'), 'utf8');
      expect(text).not.toContain(SECRET);
    }
    expect(JSON.stringify(lab.events)).not.toContain(SECRET);
  });

  it.each([
    ['blocked', /too old for that core: it needs 8.50/],
    ['upToDate', /says that nothing is to be done/],
    ['partial', /files of two releases are mixed/],
    ['asksMore', /without saying what it did, and failed/],
    ['dies', /and failed/],
  ] as const)(
    'that ends %s is a failure that is told, and leaves the host as before',
    async (behaviour, detail) => {
      await tree.behave(behaviour);
      const before = await tree.content();

      const ended = await run(message());

      expect(ended).toMatchObject({ state: 'failed', undone: true });
      expect(ended.detail).toMatch(detail);
      expect(JSON.stringify(ended)).not.toContain(SECRET);
      expect(await tree.content()).toEqual(before);
    },
  );

  it('is taken back only while the core is what the run left, and its backup whole', async () => {
    const jobId = randomUUID();
    await run(message({ jobId }));
    const info = join(tree.core, 'info.yml');
    const written = await readFile(info, 'utf8');
    await writeFile(info, `${written}# patched\n`);
    expect(await run(message({ mode: 'undo', undoes: jobId }))).toMatchObject({ state: 'failed' });

    await writeFile(info, written);
    const backup = join(tree.root, 'install/core.backup/20261122_120000/info.yml');
    await writeFile(backup, 'version: v0.0.1\n');
    const ended = await run(message({ mode: 'undo', undoes: jobId }));
    expect(ended).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/not the whole core/) as string,
    });
    expect(await readFile(info, 'utf8')).toBe(written);
  });

  it('is not run on a core elsewhere that the allow-list does not hold', async () => {
    const facts = async () => {
      const { shotgrid } = await tree.access().facts();
      const [one] = shotgrid?.configurations ?? [];
      const [core] = shotgrid?.cores ?? [];
      const path = '/elsewhere/install/core/info.yml';
      return {
        shotgrid: {
          ...{ apis: [], problems: [] },
          cores: [{ ...core!, path, location: '/elsewhere/install/core' }],
          configurations: [{ ...one!, kind: 'sharedCore' as const, corePath: path }],
        },
      };
    };
    const forbidden = (root: string) => Promise.resolve(`Not at ${root}.`);

    expect(await run(message(), { facts, forbidden })).toMatchObject({
      ...{ state: 'notPermitted', detail: 'Not at /elsewhere.' },
    });
  });

  it('is not run where nobody can be relied on to own it', async () => {
    const { tank } = tree.access();
    const runner = () => Promise.resolve({ kind: 'nobody', reason: 'Others can write it.' } as const);

    expect(await run(message(), { tank: { ...tank, runner } })).toMatchObject({
      ...{ state: 'notApplicable', detail: 'Others can write it.' },
    });
  });
});

describe.each(['descriptor', 'localized'] as const)(
  'an agent that stops at any point of a job (%s)',
  (kind) => {
    it('ends at its next start changed and verified, or as before', async () => {
      tree = await makeToolkitTree(kind);
      const points = await pointsOf((fault) => open(fault), message());
      await tree.remove();
      expect(points.length).toBeGreaterThan(15);
      const ends = new Set<string>();
      for (const [stop, point] of points.entries()) {
        states += 1;
        tree = await makeToolkitTree(kind);
        const before = await tree.content();
        await runUntil(stop, (fault) => open(fault), message());

        await (await open()).recover();

        const { finals } = await journaled(stateDir());
        const where = `stopped at ${stop} (${point})`;
        const now = await tree.content();
        if (finals[0]?.state === 'verified') {
          ends.add('verified');
          expect(now['/config/core/core_api.yml'], where).toContain(NEW.core);
        } else {
          if (finals[0] !== undefined)
            expect(finals[0], where).toMatchObject({ state: 'failed', undone: true });
          ends.add('asBefore');
          expect(now, where).toEqual(before);
        }
        await tree.remove();
      }
      expect(ends).toEqual(new Set(['verified', 'asBefore']));
      tree = await makeToolkitTree(kind);
    }, 180_000);
  },
);

describe('what tank says', () => {
  it.each([
    ['No need to update the Toolkit Core API at this time!', 'upToDate'],
    ['x\nThe Toolkit Core API has been updated!\n', 'updated'],
    ['The newest version of core requires a more recent version (8.1) of Shotgun!', 'blocked'],
    ['Cannot update. Please update the source configuration.', 'blocked'],
    ['Traceback', 'unknown'],
  ] as const)('%s', (said, kind) => {
    expect(tankOutcome(said).kind).toBe(kind);
  });
});
