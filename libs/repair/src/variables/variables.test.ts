import { randomUUID } from 'node:crypto';
import type { JobEvent, JobMessage, Order } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultPoint } from '../ports.ts';
import { createLab, PERMITTED, type Lab } from '../testing/lab.ts';
import { journaled, pointsOf, runUntil } from '../testing/stopped-runs.ts';
import {
  createVariableDisk,
  DROP_IN,
  ENVIRONMENT,
  UNION,
  type Trouble,
  type VariableDisk,
} from '../testing/variable-disk.ts';
import { createVariableSet } from '../variable-set/index.ts';
import { createVariableUnset } from '../variable-unset/index.ts';

const BEFORE = '# the studio\nSSL_CERT_FILE="/old.pem" # why\nLANG=C';
let lab: Lab;
let disk: VariableDisk;
beforeEach(async () => {
  lab = await createLab();
  disk = createVariableDisk(BEFORE);
});
afterEach(() => lab.remove());

const open = (trouble: Trouble = {}, fault?: FaultPoint) => {
  const access = disk.access(trouble);
  return lab.repair({
    remedies: [createVariableSet(access), createVariableUnset(access)],
    allowList: () => Promise.resolve({ ...PERMITTED, permits: ['variable.set', 'variable.unset'] }),
    ...(fault === undefined ? {} : { fault }),
  });
};

type Work = Pick<Order, 'remedy' | 'parameters'>;
const MACHINE = { name: 'SSL_CERT_FILE', scope: 'machine' };
const SERVICE = { name: 'SSL_CERT_FILE', scope: 'service', owner: 'farm.service' };
const setting = (subject: object): Work => ({
  remedy: 'variable.set',
  parameters: { ...subject, value: { kind: 'unionBundle' } },
});
const unsetting = (subject: object): Work => ({ remedy: 'variable.unset', parameters: { ...subject } });

function message(work: Work, undoes?: string): JobMessage {
  const mode = undoes === undefined ? ('apply' as const) : ('undo' as const);
  const job = { jobId: randomUUID(), ...(undoes === undefined ? {} : { undoes }) };
  return { ...lab.message({ order: { ...work, artifacts: [], mode }, job }), artifacts: {} };
}

async function run(asked: JobMessage, trouble: Trouble = {}): Promise<JobEvent> {
  const repair = await open(trouble);
  await repair.accept(asked);
  await repair.idle();
  return lab.events.at(-1)!;
}

const everything = () => ({ files: [...disk.files].sort(), directories: [...disk.directories].sort() });
const WORKS: readonly (readonly [string, Work])[] = [
  ['set for the machine', setting(MACHINE)],
  ['unset for the machine', unsetting(MACHINE)],
  ['set for a service', setting(SERVICE)],
];

describe.each(WORKS)('%s', (_, work) => {
  it('is verified, done once however often it is asked for, and taken back byte for byte', async () => {
    const before = everything();

    const done = await run(message(work));
    const after = everything();

    expect(done).toMatchObject({
      state: 'verified',
      after: { subject: 'variable', holds: true, state: work.remedy === 'variable.set' ? UNION : null },
    });
    expect(after).not.toEqual(before);
    expect(await run(message(work))).toMatchObject({ state: 'alreadyCompliant' });
    expect(everything()).toEqual(after);

    expect(await run(message(work, done.jobId))).toMatchObject({ state: 'verified' });
    expect(everything()).toEqual(before);
  });

  it('stopped at any point, it ends done or as before, never between', async () => {
    const start = everything();
    const points = await pointsOf((fault) => open({}, fault), message(work));
    const whole = everything();
    expect(points.length).toBeGreaterThan(5);

    for (let stop = 0; stop < points.length; stop += 1) {
      await lab.remove();
      lab = await createLab();
      disk = createVariableDisk(BEFORE);
      await runUntil(stop, (fault) => open({}, fault), message(work));

      const repair = await open();
      await repair.recover();
      await repair.idle();

      const { finals } = await journaled(lab.stateDir);
      const state = finals.at(-1)?.state;
      expect({ stop: points[stop], state, now: everything() }).toEqual({
        ...{ stop: points[stop], state },
        now: state === 'verified' ? whole : start,
      });
    }
  }, 120_000);

  it('an undo that is stopped at any point goes on at the next start', async () => {
    const start = everything();
    const first = await run(message(work));
    const points = await pointsOf((fault) => open({}, fault), message(work, first.jobId));

    for (let stop = 0; stop < points.length; stop += 2) {
      await lab.remove();
      lab = await createLab();
      disk = createVariableDisk(BEFORE);
      const { jobId } = await run(message(work));
      const whole = everything();
      await runUntil(stop, (fault) => open({}, fault), message(work, jobId));

      const repair = await open();
      await repair.recover();
      await repair.idle();

      // What was not accepted yet never began.
      const state = lab.events.findLast((event) => event.jobId !== jobId)?.state;
      expect({ stop: points[stop], state, now: everything() }).toEqual({
        ...{ stop: points[stop], state },
        now: state === 'verified' ? start : whole,
      });
    }
  }, 120_000);

  it('a disk that is full leaves it as before', async () => {
    const before = everything();

    expect(await run(message(work), { fullFrom: 1 })).toMatchObject({ state: 'failed', undone: true });

    expect(everything()).toEqual(before);
  });
});

describe('taken back', () => {
  it('while another line was changed since: our own alone', async () => {
    const { jobId } = await run(message(setting(MACHINE)));
    disk.files.set(ENVIRONMENT, `${disk.files.get(ENVIRONMENT) ?? ''}.UTF-8\nX=1\n`);

    expect(await run(message(setting(MACHINE), jobId))).toMatchObject({ state: 'verified' });

    expect(disk.files.get(ENVIRONMENT)).toBe(`${BEFORE}.UTF-8\nX=1\n`);
  });

  it('our own line changed since: left, and shown', async () => {
    const { jobId } = await run(message(setting(MACHINE)));
    const theirs = (disk.files.get(ENVIRONMENT) ?? '').replace(UNION, '/theirs.pem');
    disk.files.set(ENVIRONMENT, theirs);

    expect(await run(message(setting(MACHINE), jobId))).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/\/theirs\.pem now; that job left it .*ca-bundle\.pem/) as string,
    });

    expect(disk.files.get(ENVIRONMENT)).toBe(theirs);
  });
});

describe('systemd', () => {
  it('is told after the drop-in is there, and again when it goes', async () => {
    const { jobId } = await run(message(setting(SERVICE)));
    expect(disk.files.get(DROP_IN)).toContain(UNION);
    expect(disk.reloads.count).toBe(1);

    await run(message(setting(SERVICE), jobId));

    expect(disk.reloads.count).toBe(2);
  });

  it('refuses once: the change is taken back', async () => {
    const before = everything();

    expect(await run(message(setting(SERVICE)), { reloadFails: 1 })).toMatchObject({
      state: 'failed',
      undone: true,
    });

    expect(everything()).toEqual(before);
  });
});
