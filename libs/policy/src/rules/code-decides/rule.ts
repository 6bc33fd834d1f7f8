import type { Rule } from '../rule.ts';
import { evaluate } from './evaluate.ts';

/**
 * No code decides for itself what is verified (issue 5, "Code that decides for itself"). One finding for each line of the configured code that
 * switches verification off, or names a file of CAs that does not load, is a single or an old one, or fails at an endpoint. It has no
 * parameters: which code is read is for the host's owner to say, and a line in a good file of its own breaks nothing.
 */
export const codeDecides: Rule<'codeDecides'> = {
  name: 'codeDecides',
  reads: ['code', 'verdicts', 'configuredEndpoints'],
  evaluate,
};
