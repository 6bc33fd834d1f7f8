import type { CauseGroup, FindingView } from '@trustfleet/api';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { FleetLab, ROOTS } from '../../testing/fleet-lab.ts';
import { trustStores } from '../../testing/test-agent.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const line = (at: number, more: object) => ({
  ...{ path: '/pipeline/publish.py', line: at, decision: 'verificationOff', rule: 'verifyFalse' },
  ...{ text: 'requests.get("…", verify=False)', target: null, problem: null, call: 'get' },
  ...more,
});
const trusts = {
  ...{ decision: 'explicitTrust', rule: 'caCertsArgument', target: '/studio/gone.pem', problem: 'missing' },
  text: 'Shotgun("…", ca_certs="/studio/gone.pem")',
};

it('what code decides for itself is a finding with file and line, by its cause, until the code is mended', async () => {
  const agent = await lab.newcomer('ws-code');
  const findings = async (): Promise<FindingView[]> => {
    const path = '/api/v1/findings?rule=codeDecides';
    const { items } = (await lab.page.get<{ items: FindingView[] }>(path)).body;
    return items.filter(({ hostId }) => hostId === agent.identity.hostId);
  };
  const report = (...all: object[]): void => {
    agent.report({ trustStores: trustStores(ROOTS), code: { findings: all, files: 1, problems: [] } });
  };
  report(line(3, {}), line(7, trusts));

  const open = await eventually(findings, (items) => items.length === 2);

  expect(open.toSorted((a, b) => (a.cause < b.cause ? -1 : 1))).toMatchObject([
    {
      ...{ cause: 'trustedInCode', severity: 'blocker' },
      subject: { kind: 'code', path: '/pipeline/publish.py', line: 7 },
      evidence: { text: trusts.text, value: '/studio/gone.pem', problem: 'missing' },
    },
    { cause: 'verificationOff', severity: 'warning', subject: { line: 3 } },
  ]);
  const causes = (await lab.page.get<{ items: CauseGroup[] }>('/api/v1/findings/causes')).body.items;
  expect(causes.filter(({ rule }) => rule === 'codeDecides').map(({ cause }) => cause)).toEqual([
    'trustedInCode',
    'verificationOff',
  ]);

  // Moved by an edit above it: the same finding.
  report(line(9, trusts));
  const left = await eventually(findings, (items) => items.length === 1 && items[0]?.severity === 'blocker');
  expect(left).toMatchObject([{ subject: { line: 9 } }]);
  expect(left[0]?.id).toBe(open.find(({ cause }) => cause === 'trustedInCode')?.id);
  report();
  await eventually(findings, (items) => items.length === 0);
});
