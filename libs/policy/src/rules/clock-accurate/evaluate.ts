import { findingKey } from '../../finding-key.ts';
import type { ClockAccuratePolicy, HostFacts, PolicyFinding } from '../../types.ts';

type Parameters = ClockAccuratePolicy['parameters'];

/** One finding where the last offset that the agent said is beyond the limit, either way. An offset that nobody said breaks nothing. */
export function evaluate({ maxOffsetSeconds }: Parameters, { clockOffsetMs }: HostFacts): PolicyFinding[] {
  if (clockOffsetMs === undefined || clockOffsetMs === null) return [];
  if (Math.abs(clockOffsetMs) <= maxOffsetSeconds * 1000) return [];
  const rule = 'clockAccurate';
  return [
    {
      key: findingKey({ rule, kind: 'clock', subject: 'wall', anchor: null }),
      rule,
      cause: 'clockWrong',
      severity: 'warning',
      subject: { kind: 'clock' },
      anchor: null,
      // Whole seconds: the offset wanders by milliseconds, and evidence that changes is a row that is written.
      evidence: { offsetSeconds: Math.trunc(clockOffsetMs / 1000), maxOffsetSeconds },
    },
  ];
}
