import type { VerdictOutcome } from '@trustfleet/protocol';
import { expect, it } from 'vitest';
import { outcomeOf, predictionDiffers } from './verdict-standing.ts';

type Result = VerdictOutcome['result'];
const outcome = (result: Result): VerdictOutcome => ({ result, code: null, error: null });

it.each<[Result, Result | null, Result, boolean]>([
  ['verifies', null, 'verifies', false],
  ['verifies', 'verifies', 'verifies', false],
  ['verifies', 'fails', 'fails', true],
  ['fails', 'verifies', 'verifies', true],
  ['unverified', 'verifies', 'verifies', true],
  ['fails', 'unknown', 'fails', false],
  ['unknown', 'fails', 'fails', false],
  ['unknown', null, 'unknown', false],
])('predicted %s, probed %s: %s, differs %s', (...[predicted, probed, result, differs]) => {
  const verdict = { predicted: outcome(predicted), probed: probed === null ? null : outcome(probed) };

  expect(outcomeOf(verdict).result).toBe(result);
  expect(predictionDiffers(verdict)).toBe(differs);
});
