import type { CodeFinding, CodeSection } from '@trustfleet/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLab, PERMITTED, type Lab } from '../testing/lab.ts';
import { createCodeReport } from './index.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab.remove());

const FOUND: CodeFinding = {
  ...{ path: '/studio/publish.py', line: 3, decision: 'verificationOff', rule: 'verifyFalse' },
  ...{ text: 'requests.get(url, verify=False)', target: null, problem: null },
};

async function run(code: CodeSection | null, mode: 'plan' | 'apply'): Promise<Record<string, unknown>> {
  const repair = await lab.repair({
    remedies: [createCodeReport({ code: () => Promise.resolve(code) })],
    allowList: () => Promise.resolve({ ...PERMITTED, permits: ['code.report'] }),
  });
  await repair.accept(lab.message({ order: { remedy: 'code.report', parameters: {}, artifacts: [], mode } }));
  await repair.idle();
  repair.stop();
  return { ...lab.events.at(-1) };
}
const section = (...findings: CodeFinding[]): CodeSection => ({ findings, files: 7, problems: [] });

it.each([
  ['plan', 'planned'],
  ['apply', 'notApplicable'],
] as const)('an order to %s ends %s, with a patch for each place', async (mode, state) => {
  expect(await run(section(FOUND), mode)).toMatchObject({
    state,
    plan: { changes: [{ kind: 'propose', path: '/studio/publish.py', line: 3, owner: 'code' }] },
    detail: expect.stringContaining('Nothing is edited here') as string,
    before: { subject: 'code', holds: false, state: 'places: 1, files read: 7' },
  });
});

it('ends alreadyCompliant where no code decides, and notApplicable where none was read', async () => {
  expect(await run(section(), 'apply')).toMatchObject({ state: 'alreadyCompliant', plan: { changes: [] } });
  expect(await run(null, 'apply')).toMatchObject({
    state: 'notApplicable',
    detail: expect.stringContaining('did not read') as string,
  });
});
