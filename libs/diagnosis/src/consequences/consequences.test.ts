import type { TrustSource, VerdictOutcome } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consequences, isBetter, isWorse, judgeProof, type Judged } from '../index.ts';
import { sourceId } from '../trust-sources/source-id.ts';

const ENDPOINT = '3f2b8a52-6f0e-4a6c-9b1e-0d6f5f1f7a01';
const ENDPOINTS = [{ id: ENDPOINT, host: 'site.studio.example', port: 443 }];
const PYTHON = '/opt/py/bin/python';

type Result = VerdictOutcome['result'];
const OUTCOMES: Readonly<Record<Result | 'cut' | 'noFile' | 'noImport', VerdictOutcome>> = {
  verifies: { result: 'verifies', code: null, error: null },
  fails: { result: 'fails', code: 20, error: 'certificate verify failed' },
  unverified: { result: 'unverified', code: null, error: null },
  unknown: { result: 'unknown', code: null, error: 'timed out' },
  cut: { result: 'fails', code: null, error: 'SSLEOFError: EOF occurred in violation of protocol' },
  noImport: {
    result: 'fails',
    code: null,
    error: "ImportError: cannot import name 'shotgun_api3' from 'tank_vendor'",
  },
  noFile: { result: 'fails', code: null, error: 'FileNotFoundError: [Errno 2] No such file or directory' },
};
type Outcome = keyof typeof OUTCOMES;

interface Row {
  readonly client?: TrustSource['client'];
  readonly account?: string;
  readonly service?: string;
  readonly install?: string | null;
  readonly python?: string | null;
  readonly digest?: string;
  readonly predicted: Outcome;
  readonly probed?: Outcome;
}

function judged(rows: readonly Row[]): Judged {
  const made = rows.map((row) => {
    const { client = 'requests', account = '', service = '', install = null, python = PYTHON } = row;
    const source: Judged['sources'][number] = {
      id: sourceId({ client, python, install, account, service }),
      ...{ python, client, install, accounts: account === '' ? [] : [account] },
      ...{ code: null, state: 'anchors', digest: row.digest ?? null },
    };
    const verdict: Judged['verdicts'][number] = {
      ...{ source: source.id, endpoint: ENDPOINT, cause: null },
      predicted: OUTCOMES[row.predicted],
      probed: row.probed === undefined ? null : OUTCOMES[row.probed],
    };
    return { source, verdict };
  });
  return { sources: made.map(({ source }) => source), verdicts: made.map(({ verdict }) => verdict) };
}

const change = (before: readonly Row[], after: readonly Row[]) =>
  consequences(judged(before), judged(after), ENDPOINTS);

describe('consequences', () => {
  it('names what differs alone: what gets worse first, then what gets better', () => {
    const before: Row[] = [
      { client: 'ssl', predicted: 'fails' },
      { client: 'requests', predicted: 'verifies' },
      { client: 'curl', python: null, predicted: 'verifies' },
      { client: 'git', python: null, predicted: 'unknown' },
    ];
    const after: Row[] = [
      { client: 'ssl', predicted: 'verifies' },
      { client: 'requests', predicted: 'fails' },
      { client: 'curl', python: null, predicted: 'verifies' },
      { client: 'git', python: null, predicted: 'fails' },
    ];

    expect(change(before, after).map(({ client, before: b, after: a }) => [client, b, a])).toEqual([
      ['requests', 'verifies', 'fails'],
      ['ssl', 'fails', 'verifies'],
      ['git', 'unknown', 'fails'],
    ]);
    expect(change(before, after)[0]).toMatchObject({
      ...{ python: PYTHON, accounts: [], endpoint: ENDPOINT, address: 'site.studio.example:443' },
      error: 'certificate verify failed',
    });
  });

  it('a variable of one account gives it trust sources of its own; before, the machine’s stood for it', () => {
    const [found, ...more] = change(
      [{ predicted: 'fails' }],
      [{ predicted: 'fails' }, { account: 'ann', predicted: 'verifies' }],
    );

    expect(found).toMatchObject({ accounts: ['ann'], before: 'fails', after: 'verifies' });
    expect(more).toEqual([]);
  });

  it('and the other way round, when it is unset', () => {
    expect(
      change(
        [{ predicted: 'verifies' }, { account: 'ann', predicted: 'fails' }],
        [{ predicted: 'verifies' }],
      ),
    ).toMatchObject([{ accounts: ['ann'], before: 'fails', after: 'verifies' }]);
  });

  it('a service’s variables stand for no account', () => {
    const service: Row = { service: 'render.service', predicted: 'verifies' };
    expect(
      change(
        [{ predicted: 'fails' }, service],
        [{ predicted: 'fails' }, service, { account: 'ann', predicted: 'verifies' }],
      ),
    ).toMatchObject([{ accounts: ['ann'], before: 'fails', after: 'verifies' }]);
  });

  it('another copy that takes the place of one is compared with it; a program that goes is absent', () => {
    const crud = { client: 'shotgun_api3.crud', install: '/site/shotgun_api3' } as const;
    const newer = { ...crud, install: '/core/2/shotgun_api3' };

    expect(change([{ ...crud, predicted: 'fails' }], [{ ...newer, predicted: 'verifies' }])).toMatchObject([
      { before: 'fails', after: 'verifies' },
    ]);
    expect(change([{ ...crud, predicted: 'verifies' }], [])).toMatchObject([{ after: 'absent' }]);
    expect(change([{ ...crud, predicted: 'verifies' }], []).some(isWorse)).toBe(false);
  });

  it('what a handshake found stands for what will trust the same, whatever was predicted of it', () => {
    const same = { digest: 'a'.repeat(64), predicted: 'verifies' } as const;

    expect(change([{ ...same, probed: 'fails' }], [same])).toEqual([]);
    expect(
      change([{ ...same, probed: 'fails' }], [{ ...same, digest: 'b'.repeat(64), predicted: 'fails' }]),
    ).toMatchObject([{ before: 'verifies', after: 'fails' }]);
  });

  it.each<[Outcome, Outcome, boolean]>([
    ['verifies', 'fails', true],
    ['verifies', 'unverified', true],
    ['verifies', 'unknown', false],
    ['fails', 'unverified', false],
    ['unknown', 'fails', false],
  ])('%s → %s: worse is %s', (before, after, worse) => {
    expect(change([{ predicted: before }], [{ predicted: after }]).some(isWorse)).toBe(worse);
  });
});

const outcome = fc.constantFrom<Result[]>('verifies', 'fails', 'unverified', 'unknown');
const rows = fc.uniqueArray(
  fc.record({
    client: fc.constantFrom<TrustSource['client'][]>('ssl', 'requests', 'pip'),
    account: fc.constantFrom('', 'ann', 'bob'),
    python: fc.constantFrom(PYTHON, '/usr/bin/python3'),
    predicted: outcome,
  }),
  { selector: ({ client, account, python }) => `${client} ${account} ${python}` },
);

describe('properties of consequences', () => {
  it('nothing changes by itself', () => {
    fc.assert(
      fc.property(rows, (given) => {
        expect(change(given, given)).toEqual([]);
      }),
    );
  });

  it('there and back: every line is turned round, and nothing is both worse and better', () => {
    const turned = (given: ReturnType<typeof change>) =>
      given.map(({ client, python, accounts, before, after }) =>
        [python, client, accounts, before, after].join(),
      );
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const there = change(one, other);
        const back = change(other, one).map((line) => ({ ...line, before: line.after, after: line.before }));
        expect(turned(there).toSorted()).toEqual(turned(back).toSorted());
        for (const line of there) expect(isWorse(line) && isBetter(line)).toBe(false);
      }),
    );
  });

  it('the order in which sources and verdicts stand does not matter', () => {
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        expect(change(one.toReversed(), other.toReversed())).toEqual(change(one, other));
      }),
    );
  });
});

describe('judgeProof', () => {
  const prove = (
    [before, after]: readonly [Outcome, Outcome],
    planned: Result | null = null,
    allowWorse = false,
  ) => {
    const lines = planned === null ? [] : change([{ predicted: before }], [{ predicted: planned }]);
    const proof = judgeProof(
      judged([{ predicted: before, probed: before }]),
      judged([{ predicted: after, probed: after }]),
      { endpoints: ENDPOINTS, planned: lines, allowWorse },
    );
    const { worse, stillFails, open } = proof;
    return Object.entries({ worse, stillFails, open }).flatMap(([name, found]) =>
      found.length > 0 ? [name] : [],
    );
  };

  it.each<[Outcome, Outcome, Result | null, readonly string[]]>([
    // What verified before has to verify.
    ['verifies', 'verifies', null, []],
    ['verifies', 'fails', null, ['worse']],
    ['verifies', 'noFile', null, ['worse']],
    // A copy that this Python cannot import: another try would find the same.
    ['verifies', 'noImport', null, ['worse']],
    ['verifies', 'unverified', null, ['worse']],
    // Refused, reset, timed out, cut: they prove nothing.
    ['verifies', 'cut', null, ['open']],
    ['verifies', 'unknown', null, ['open']],
    // What was to verify by the plan.
    ['fails', 'verifies', 'verifies', []],
    ['fails', 'fails', 'verifies', ['stillFails']],
    ['fails', 'cut', 'verifies', ['open']],
    ['fails', 'unknown', 'verifies', ['open']],
    // What nobody promised.
    ['fails', 'fails', null, []],
    ['fails', 'cut', null, []],
    ['unknown', 'fails', null, []],
    ['cut', 'cut', null, []],
  ])('%s, then %s, with %s in the plan: %j', (...[before, after, planned, expected]) => {
    expect(prove([before, after], planned)).toEqual(expected);
  });

  it('what the plan makes worse by name is no reason to undo', () => {
    expect(prove(['verifies', 'fails'], 'fails', true)).toEqual([]);
    expect(prove(['verifies', 'fails'], 'fails', false)).toEqual(['worse']);
    expect(prove(['verifies', 'fails'], null, true)).toEqual(['worse']);
  });

  it('only what is asked counts', () => {
    const after = judged([{ predicted: 'fails', probed: 'fails' }]);
    const proof = judgeProof(judged([{ predicted: 'verifies', probed: 'verifies' }]), after, {
      ...{ endpoints: ENDPOINTS, planned: [], allowWorse: false },
      only: new Set([`${'0'.repeat(16)} ${ENDPOINT}` as const]),
    });

    expect(proof).toEqual({ worse: [], stillFails: [], open: [], changes: [], asked: [] });
  });

  it('an open point is named by the ids that it has after the change', () => {
    const after = judged([{ predicted: 'verifies', probed: 'unknown', account: 'ann' }]);
    const { open } = judgeProof(judged([{ predicted: 'verifies', probed: 'verifies' }]), after, {
      ...{ endpoints: ENDPOINTS, planned: [], allowWorse: false },
    });

    expect(open.map(({ point }) => point)).toEqual([`${after.sources[0]!.id} ${ENDPOINT}`]);
  });
});
