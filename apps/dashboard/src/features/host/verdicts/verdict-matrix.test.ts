import type { TrustSource, Verdict, VerdictOutcome } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { verdictMatrix } from './verdict-matrix.ts';

const SITE = '0190a000-0000-7000-8000-000000000001';
const INDEX = '0190a000-0000-7000-8000-000000000002';
const endpoints = [SITE, INDEX].map((id, at) => ({
  ...{ id, host: ['studio.example', '2001:db8::1'][at]!, port: 443, network: 'connected' as const },
  ...{ detail: null, proxy: null, chain: [], chainWithoutName: null, tls: null, interception: null },
}));

function source(id: string, python: string | null): TrustSource {
  return {
    ...{ id, python, client: python === null ? 'curl' : 'requests', install: null, version: null },
    ...{ accounts: [], steps: [], state: 'anchors', error: null, anchors: 1, digest: null },
  };
}

function verdict(of: string, endpoint: string, result: VerdictOutcome['result']): Verdict {
  return {
    ...{ source: of, endpoint, predicted: { result, code: null, error: null }, probed: null },
    ...{ notProbed: null, cause: result === 'fails' ? 'anchorMissing' : null, evidence: {} },
  };
}

const section = {
  sources: [
    source('a', '/usr/bin/python3'),
    source('b', '/usr/bin/python3'),
    source('c', null),
    source('d', null),
  ],
  verdicts: [verdict('a', SITE, 'fails'), verdict('b', SITE, 'verifies'), verdict('c', SITE, 'unverified')],
};

describe('verdictMatrix', () => {
  it('has a row for each client that was judged, in its Python’s group, and a column for each server', () => {
    const { columns, groups, total } = verdictMatrix(section, { endpoints }, { failingOnly: false });

    expect(columns).toEqual([{ id: SITE, address: 'studio.example:443' }]);
    expect(groups.map(({ python, rows }) => [python, rows.map((row) => row.source.id)])).toEqual([
      ['/usr/bin/python3', ['a', 'b']],
      [null, ['c']],
    ]);
    expect(total).toBe(3);
  });

  it('shows what is not verified alone when asked to, and says how many there are in all', () => {
    const { groups, total } = verdictMatrix(section, { endpoints }, { failingOnly: true });

    expect(groups.flatMap(({ rows }) => rows.map((row) => row.source.id))).toEqual(['a', 'c']);
    expect(total).toBe(3);
  });

  it('leaves a cell empty that was not judged, brackets an IPv6 address, and keeps a server that is no longer observed', () => {
    const verdicts = [...section.verdicts, verdict('a', INDEX, 'verifies'), verdict('b', 'gone', 'fails')];

    const { columns, groups } = verdictMatrix(
      { ...section, verdicts },
      { endpoints },
      { failingOnly: false },
    );

    expect(columns.map((column) => column.address)).toEqual([
      'studio.example:443',
      '[2001:db8::1]:443',
      'gone',
    ]);
    expect(groups[0]!.rows[0]!.verdicts.map((one) => one?.predicted.result ?? null)).toEqual([
      'fails',
      'verifies',
      null,
    ]);
  });
});
