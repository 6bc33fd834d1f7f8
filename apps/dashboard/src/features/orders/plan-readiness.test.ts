import type { JobState } from '@trustfleet/api';
import { describe, expect, it } from 'vitest';
import { planReadiness, type PlanReadiness } from './plan-readiness.ts';

const open = (state: 'queued' | 'offered' | 'planning' | 'heldOffline') => ({ state, final: false });
const final = (state: JobState) => ({ state, final: true });

describe('planReadiness', () => {
  it.each<[string, Parameters<typeof planReadiness>[0], PlanReadiness]>([
    ['one host would change', [final('planned')], 'ready'],
    [
      'one would, others comply or forbid',
      [final('planned'), final('alreadyCompliant'), final('notPermitted')],
      'ready',
    ],
    ['one has not answered', [final('planned'), open('planning')], 'waiting'],
    ['just sent', [open('queued')], 'waiting'],
    ['offered', [open('offered')], 'waiting'],
    ['the rest is away', [final('planned'), open('heldOffline')], 'ready'],
    ['all are away', [open('heldOffline')], 'ready'],
    ['all comply', [final('alreadyCompliant')], 'useless'],
    ['all forbid or fail', [final('notPermitted'), final('failed'), final('notApplicable')], 'useless'],
    ['no host', [], 'useless'],
  ])('%s', (_name, jobs, readiness) => {
    expect(planReadiness(jobs)).toBe(readiness);
  });
});
