import type { Rule } from '../rule.ts';
import { evaluate } from './evaluate.ts';

/**
 * These anchors must be in the operating system's store (`blocker`: its own programs fail); a bundle in use that lacks one, or that no
 * program can load, is a finding of its own (`warning`: the users of that bundle fail).
 */
export const anchorRequired: Rule<'anchorRequired'> = {
  name: 'anchorRequired',
  reads: ['trustStores', 'bundles'],
  evaluate,
};
