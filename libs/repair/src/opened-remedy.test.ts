import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRemedy } from './opened-remedy.ts';
import type { JournalEntry } from './journal/entries.ts';
import { createUpgradePackage } from './python-upgrade-package/index.ts';
import type { PythonPackageAccess } from './python-upgrade-package/ports.ts';
import type { RemedyExecutor } from './remedy.ts';
import { createReplaceApi } from './shotgun-api-replace/index.ts';
import type { ApiCopyAccess } from './shotgun-api-replace/ports.ts';
import { createLab, type Lab } from './testing/lab.ts';
import { createTrustRepair } from './trust-repair/index.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

const WHEEL = 'a'.repeat(64);
const REPLACE = {
  remedy: 'shotgunApi.replace',
  parameters: { path: '/srv/pipeline/shotgun_api3', version: '3.9.2', wheel: WHEEL },
};
const UPGRADE = {
  remedy: 'python.upgradePackage',
  parameters: {
    ...{ python: '/opt/venv/bin/python', package: 'certifi', version: '2026.7.22' },
    source: {
      kind: 'wheels',
      wheels: [{ fileName: 'certifi-2026.7.22-py3-none-any.whl', sha256: WHEEL }],
    },
  },
};
// Opening reads nothing of the host.
const executors: readonly RemedyExecutor[] = [
  createReplaceApi({} as ApiCopyAccess),
  createUpgradePackage({} as PythonPackageAccess),
];

/** An order to undo a job that is over, whose artifacts were fetched and have gone since. */
function undoOf(
  { remedy, parameters }: { remedy: string; parameters: Record<string, unknown> },
  remedies: readonly RemedyExecutor[],
  inverse: unknown = null,
) {
  const order = lab.order({ remedy, parameters, artifacts: [WHEEL] });
  const done = lab.job(order);
  const common = { kind: 'accepted', format: 4, at: '2026-11-22T10:00:00.000Z', artifacts: {} } as const;
  const entries: JournalEntry[] = [
    { ...common, order, job: done },
    { kind: 'stepStarted', step: 'one', inverse },
    {
      kind: 'final',
      format: 4,
      event: {
        ...{ eventId: randomUUID(), jobId: done.jobId, attempt: 1, index: 1, at: common.at },
        ...{ state: 'verified', step: null, detail: null, plan: null, before: null, after: null },
        ...{ undone: false, signature: null },
      },
    },
  ];
  const undo = lab.order({ remedy, parameters, mode: 'undo' });
  return openRemedy({
    accepted: { ...common, order: undo, job: lab.job(undo, { undoes: done.jobId }) },
    remedies: Object.fromEntries(remedies.map((one) => [one.name, one])),
    findJob: () => ({ entries }),
    storedArtifact: () => Promise.resolve(null),
  });
}

describe('an undo whose artifacts have gone from this host', () => {
  it.each([REPLACE, UPGRADE])('$remedy is opened: it puts back what its journal keeps', async (work) => {
    expect(await undoOf(work, executors)).not.toHaveProperty('state');
  });

  const REPAIR = {
    remedy: 'trust.repair',
    parameters: {
      targets: [],
      choices: { anchors: [], bundle: null, variables: [], packages: [], api: null, core: null },
    },
  };
  it('trust.repair is opened with its parts', async () => {
    const inverse = { kind: 'part', part: 0, ...REPLACE, inverse: { kind: 'withFirst' } };
    const opened = await undoOf(REPAIR, [createTrustRepair({ executors })], inverse);
    expect(opened).not.toHaveProperty('state');
  });

  it('a plan of parts that this agent does not know any more is no proof of them', async () => {
    const order = lab.order(REPAIR);
    const opened = createTrustRepair({ executors: [] }).open(order, new Map());
    if ('state' in opened) throw new Error(opened.detail);
    opened.resume?.({ changes: [], parts: [REPLACE] });
    expect(await opened.check('readBack', AbortSignal.timeout(10_000))).toMatchObject({
      ...{ holds: null, detail: expect.stringMatching(/shotgunApi\.replace/) as string },
    });
  });

  it('of a part that this agent does not know any more it ends, and says so', async () => {
    const inverse = { kind: 'part', part: 0, ...REPLACE, inverse: { kind: 'withFirst' } };
    expect(await undoOf(REPAIR, [createTrustRepair({ executors: [] })], inverse)).toEqual({
      state: 'failed',
      detail: expect.stringMatching(/cannot be taken back: .*shotgunApi\.replace/) as string,
    });
  });
});
