import { STEP_REASONS } from '@trustfleet/diagnosis';
import { CLIENTS, trustSource, trustStep, verdictOutcome, VERDICT_CAUSES } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../lib/i18n/catalogue.ts';

const { verdict: words } = CATALOGUE.en;

/** `shotgun_api3.crud` stands as a branch of the catalogue. */
function paths(branch: object, before = ''): string[] {
  return Object.entries(branch).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${before}${key}`] : paths(value as object, `${before}${key}.`),
  );
}

describe('there are words for every', () => {
  it.each<[string, object, readonly string[]]>([
    ['cause', words.short, VERDICT_CAUSES],
    ['client', words.clients, CLIENTS],
    ['reason of a step', words.reasons, STEP_REASONS],
    ['kind of step', words.kinds, trustStep.shape.kind.options],
    ['outcome of a step', words.outcomes, trustStep.shape.outcome.options],
    ['state of a trust source', words.states, trustSource.shape.state.options],
    ['result', words.results, verdictOutcome.shape.result.options],
  ])('%s, and none for what is not', (...[, branch, names]) => {
    expect(paths(branch).sort()).toEqual([...names].sort());
  });
});
