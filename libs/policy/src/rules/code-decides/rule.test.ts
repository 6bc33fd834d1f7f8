import type { CodeFinding, TrustSource, Verdict } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { evaluatePolicy, factsRead, type HostFacts, type Policy } from '../../index.ts';

const policy: Policy = { id: 'p', name: 'P', rule: 'codeDecides', parameters: {} };
const ENDPOINT = '01936f00-0000-7000-8000-000000000001';
const ID = 'a'.repeat(16);

const line = (more: Partial<CodeFinding> = {}): CodeFinding => ({
  path: '/pipeline/publish.py',
  line: 12,
  decision: 'explicitTrust',
  rule: 'verifyPath',
  text: 'requests.get("…", verify="/studio/one.pem")',
  target: '/studio/one.pem',
  problem: null,
  ...more,
});
const off = line({
  ...{ decision: 'verificationOff', rule: 'verifyFalse', target: null },
  text: 'requests.get("…", verify=False)',
});
const code = (...findings: CodeFinding[]): HostFacts => ({ code: { findings, files: 1, problems: [] } });
const found = (facts: HostFacts) => evaluatePolicy(policy, facts);

const source: TrustSource = {
  ...{ id: ID, python: '/usr/bin/python3', client: 'requests', install: null, version: null, accounts: [] },
  code: { path: '/pipeline/publish.py', line: 12, rule: 'verifyPath', places: 1 },
  steps: [
    {
      ...{ kind: 'argument', name: 'verify', value: '/studio/one.pem', outcome: 'used', reason: null },
      definedIn: '/pipeline/publish.py:12',
    },
  ],
  ...{ state: 'anchors', error: null, anchors: 1, digest: null },
};
const verdict: Verdict = {
  ...{ source: ID, endpoint: ENDPOINT, probed: null, notProbed: 'predicted only' },
  ...{ predicted: { result: 'fails', code: 20, error: null }, cause: 'trustedInCode', evidence: {} },
};
const site = {
  ...{ id: ENDPOINT, name: 'Site', host: 'studio.example', port: 443 },
  clients: [],
};
const judged: HostFacts = {
  ...code(line()),
  verdicts: { sources: [source], verdicts: [verdict] },
  configuredEndpoints: [site],
};

describe('codeDecides', () => {
  it.each<[string, HostFacts]>([
    ['nothing is known', {}],
    ['no code was found', code()],
    ['a warning that is silenced', code(line({ decision: 'warningSilenced', target: null }))],
    ['a good file of its own', code(line())],
    [
      'a good file that verifies where it is used',
      { ...judged, verdicts: { sources: [source], verdicts: [{ ...verdict, cause: null }] } },
    ],
    ['a failure at what is not configured', { ...judged, configuredEndpoints: [] }],
    [
      'a failure of the client in general',
      { ...judged, verdicts: { sources: [{ ...source, code: null }], verdicts: [verdict] } },
    ],
  ])('finds nothing: %s', (_name, facts) => {
    expect(found(facts)).toEqual([]);
  });

  it('names file and line of what switches verification off, with the line as the host masked it', () => {
    expect(found(code(off))).toEqual([
      {
        key: expect.stringMatching(/^codeDecides:[0-9a-f]{64}$/) as string,
        ...{ rule: 'codeDecides', cause: 'verificationOff', severity: 'warning', anchor: null },
        subject: { kind: 'code', path: '/pipeline/publish.py', line: 12 },
        evidence: { by: 'verifyFalse', text: 'requests.get("…", verify=False)' },
      },
    ]);
    expect(factsRead([policy])).toEqual(['code', 'verdicts', 'configuredEndpoints']);
  });

  it.each([
    ['missing', 'blocker'],
    ['unreadable', 'blocker'],
    ['notPem', 'blocker'],
    ['stale', 'warning'],
    ['oneRoot', 'warning'],
  ] as const)('a file that is %s is a %s', (problem, severity) => {
    expect(found(code(line({ problem })))).toMatchObject([
      { cause: 'trustedInCode', severity, evidence: { value: '/studio/one.pem', problem } },
    ]);
  });

  it('a file with which nothing is wrong and that fails at an endpoint is a blocker', () => {
    expect(found(judged)).toMatchObject([
      { cause: 'trustedInCode', severity: 'blocker', evidence: { endpoints: 'Site' } },
    ]);
  });

  it('leaves to this rule what the calls of code come to', () => {
    const verify: Policy = { id: 'q', name: 'Q', rule: 'endpointsVerify', parameters: {} };
    const general = { ...judged, verdicts: { sources: [{ ...source, code: null }], verdicts: [verdict] } };

    expect(evaluatePolicy(verify, judged)).toEqual([]);
    expect(evaluatePolicy(verify, general)).toHaveLength(1);
  });

  it('keeps its key when lines move, and tells equal lines of one file apart', () => {
    const [before] = found(code(off));
    const [after, second] = found(code({ ...off, line: 40 }, { ...off, line: 50 })).toSorted((a, b) =>
      JSON.stringify(a.subject) < JSON.stringify(b.subject) ? -1 : 1,
    );

    expect(after?.key).toBe(before?.key);
    expect(second?.key).not.toBe(before?.key);
  });

  it('thousands of lines do not flood the findings', () => {
    const many = Array.from({ length: 1000 }, (_, at) => ({ ...off, line: at + 1 }));
    const all = found(code(...many));

    expect(all).toHaveLength(200);
    expect(all.filter(({ cause }) => cause === 'moreFindings')).toMatchObject([
      { subject: { kind: 'codeLines', more: 801 }, evidence: { verificationOff: 801 } },
    ]);
  });
});
