import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { saysUndone, undoStanding, type UndoFacts, type UndoStanding } from './index.ts';

const ALL: readonly JobState[] = [...OPEN_JOB_STATES, ...FINAL_JOB_STATES];
const usual: UndoFacts = {
  mode: 'apply',
  state: 'verified',
  undone: null,
  plannedChanges: 3,
  undoStates: [],
};

describe('undoStanding', () => {
  it.each([
    ['changed and proved', {}, 'possible'],
    ['fell silent after it had accepted', { state: 'lost', plannedChanges: null }, 'possible'],
    ['changed, and the check fails', { state: 'appliedNotVerified' }, 'possible'],
    ['changed, could not take it back', { state: 'appliedNotVerified', undone: false }, 'possible'],
    ['took it back by itself', { state: 'appliedNotVerified', undone: true }, 'nothing'],
    [
      'had nothing to change, and the check fails',
      { state: 'appliedNotVerified', plannedChanges: 0 },
      'nothing',
    ],
    ['failed while baking', { state: 'regressed' }, 'possible'],
    ['failed while baking, and took it back', { state: 'regressed', undone: true }, 'nothing'],
    ['failed, and took it back', { state: 'failed', undone: true }, 'nothing'],
    ['failed, and could not take it back', { state: 'failed', undone: false }, 'possible'],
    ['failed before its first change', { state: 'failed' }, 'nothing'],
    ['ran out of time, and could not take it back', { state: 'timedOut', undone: false }, 'possible'],
    ['ran out of time, and took it back', { state: 'timedOut', undone: true }, 'nothing'],
    ['proved, and taken back by the host’s owner', { undone: true }, 'done'],
    ['fell silent, and taken back by the host’s owner', { state: 'lost', undone: true }, 'done'],
    ['whose undo found nothing on the host', { state: 'lost', undoStates: ['notApplicable'] }, 'nothing'],
    ['a dry run', { mode: 'plan', state: 'planned' }, 'nothing'],
    ['an undo', { mode: 'undo' }, 'nothing'],
    ['taken back', { undoStates: ['verified'] }, 'done'],
    ['found taken back', { undoStates: ['failed', 'alreadyCompliant'] }, 'done'],
    ['an undo that failed', { undoStates: ['failed', 'deliveryExpired', 'cancelled'] }, 'possible'],
    ['a second undo on its way', { undoStates: ['failed', 'heldOffline'] }, 'underway'],
  ] as [string, Partial<UndoFacts>, UndoStanding][])('%s', (_name, change, standing) => {
    expect(undoStanding({ ...usual, ...change })).toBe(standing);
  });

  it.each(ALL.filter((state) => state !== 'notApplicable'))('%s as the state of the undo', (state) => {
    const open = (OPEN_JOB_STATES as readonly JobState[]).includes(state);
    const expected = open
      ? 'underway'
      : ['verified', 'alreadyCompliant'].includes(state)
        ? 'done'
        : 'possible';

    expect(undoStanding({ ...usual, undoStates: [state] })).toBe(expected);
  });

  it.each(ALL)('%s: only an end after a change can be taken back', (state) => {
    const changed = ['verified', 'lost', 'appliedNotVerified', 'regressed', 'failed', 'timedOut'];

    expect(undoStanding({ ...usual, state, undone: false })).toBe(
      changed.includes(state) ? 'possible' : 'nothing',
    );
  });
});

describe('saysUndone', () => {
  const word = {
    ...{ index: 9, attempt: 1, state: 'verified' as const, signed: true },
    ...{ step: 'undoneByOwner', undone: true },
  };

  it.each([
    ['after the end', 'verified', {}, true],
    ['after the end of one that was given up as lost', 'lost', {}, true],
    ['before the end: the end itself says it', 'baking', {}, false],
    ['unsigned', 'verified', { signed: false }, false],
    ['another step', 'verified', { step: 'undo' }, false],
    ['that it was not undone', 'verified', { undone: false }, false],
  ] as [string, JobState, Partial<typeof word>, boolean][])('%s', (...row) => {
    const [, state, change, expected] = row;
    expect(saysUndone({ state }, { ...word, ...change })).toBe(expected);
  });
});
