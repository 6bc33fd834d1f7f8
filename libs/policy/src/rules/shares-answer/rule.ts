import type { Rule } from '../rule.ts';
import { evaluate } from './evaluate.ts';

/**
 * Every share that this host was allowed to read answers in time (issue 5, "Discovery": a share that does not answer is a finding). It is the
 * state of the facts and no parameter: what the host's owner did not permit to be read was not asked, and breaks nothing.
 */
export const sharesAnswer: Rule<'sharesAnswer'> = {
  name: 'sharesAnswer',
  reads: ['shotgrid', 'pythons'],
  evaluate,
};
