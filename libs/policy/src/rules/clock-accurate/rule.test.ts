import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES, evaluatePolicy, type HostFacts, type Policy } from '../../index.ts';

const policy: Policy = {
  id: 'p',
  name: 'P',
  rule: 'clockAccurate',
  parameters: { maxOffsetSeconds: 120 },
};

describe('clockAccurate', () => {
  it.each([
    ['nobody said', {}],
    ['the agent has not said', { clockOffsetMs: null }],
    ['exact', { clockOffsetMs: 0 }],
    ['at the limit, fast', { clockOffsetMs: 120_000 }],
    ['at the limit, slow', { clockOffsetMs: -120_000 }],
  ] as [string, HostFacts][])('finds nothing: %s', (_name, facts) => {
    expect(evaluatePolicy(policy, facts)).toEqual([]);
  });

  it.each([
    [120_001, 120],
    [-120_001, -120],
    [-3_600_500, -3600],
    [2 ** 31 - 1, 2_147_483],
  ])('%i ms: a warning about the clock, never a blocker', (clockOffsetMs, offsetSeconds) => {
    expect(evaluatePolicy(policy, { clockOffsetMs })).toEqual([
      {
        key: expect.stringMatching(/^clockAccurate:[0-9a-f]{64}$/) as string,
        rule: 'clockAccurate',
        cause: 'clockWrong',
        severity: 'warning',
        subject: { kind: 'clock' },
        anchor: null,
        evidence: { offsetSeconds, maxOffsetSeconds: 120 },
      },
    ]);
    expect(CAUSES).toContain('clockWrong');
  });

  it('any offset gives the same answer as its mirror image, and one key for ever', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.integer({ min: 1, max: 86_400 }),
        (clockOffsetMs, limit) => {
          const judged = { ...policy, parameters: { maxOffsetSeconds: limit } };
          const found = evaluatePolicy(judged, { clockOffsetMs });

          expect(found.length).toBe(Math.abs(clockOffsetMs) > limit * 1000 ? 1 : 0);
          expect(evaluatePolicy(judged, { clockOffsetMs: -clockOffsetMs }).map(({ key }) => key)).toEqual(
            found.map(({ key }) => key),
          );
        },
      ),
    );
  });
});
