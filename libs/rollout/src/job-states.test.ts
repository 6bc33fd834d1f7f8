import { FINAL_JOB_STATES, OPEN_JOB_STATES, jobState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { isAccepted, isFailure, isFinal, isOpen } from './index.ts';

/** The table of rollouts.md: state, ends the job, the agent holds it, counts as a failure. */
const TABLE: [string, boolean, boolean, boolean][] = [
  ['queued', false, false, false],
  ['heldOffline', false, false, false],
  ['offered', false, false, false],
  ['planning', false, true, false],
  ['waiting', false, true, false],
  ['applying', false, true, false],
  ['verifying', false, true, false],
  ['baking', false, true, false],
  ['retrying', false, true, false],
  ['verified', true, false, false],
  ['alreadyCompliant', true, false, false],
  ['planned', true, false, false],
  ['appliedNotVerified', true, false, true],
  ['failed', true, false, true],
  ['regressed', true, false, true],
  ['timedOut', true, false, true],
  ['lost', true, false, true],
  ['deliveryExpired', true, false, false],
  ['notApplicable', true, false, false],
  ['incompatible', true, false, false],
  ['notPermitted', true, false, false],
  ['refused', true, false, false],
  ['superseded', true, false, false],
  ['cancelled', true, false, false],
  ['halted', true, false, false],
  ['hostRemoved', true, false, false],
];

describe('job states', () => {
  it.each(TABLE)('%s', (...row) => {
    const [name, final, accepted, failure] = row;
    const state = jobState.parse(name);

    expect({
      final: isFinal(state),
      open: isOpen(state),
      accepted: isAccepted(state),
      failure: isFailure(state),
    }).toEqual({ final, open: !final, accepted, failure });
  });

  it('are all in the table, each once', () => {
    expect(TABLE.map(([name]) => name).sort()).toEqual([...OPEN_JOB_STATES, ...FINAL_JOB_STATES].sort());
  });
});
