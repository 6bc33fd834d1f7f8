import type { Rule } from '../rule.ts';
import { evaluate } from './evaluate.ts';

/**
 * Every client must verify every endpoint that people configured for its host. One finding for each trust source and endpoint where it
 * does not (`verdictFinding`), and one of ours where the probe contradicts the prediction. It has no parameters: what is configured is the
 * rule, and a fleet without endpoints breaks nothing.
 */
export const endpointsVerify: Rule<'endpointsVerify'> = {
  name: 'endpointsVerify',
  reads: ['verdicts', 'configuredEndpoints'],
  evaluate,
};
