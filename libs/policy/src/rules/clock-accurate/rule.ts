import type { Rule } from '../rule.ts';
import { evaluate } from './evaluate.ts';

/**
 * The host's wall clock must be near the server's time. TLS itself depends on it: a certificate counts as expired, or as not yet valid, by
 * the clock of the machine that checks it. Always a `warning`: our own orders are judged by server time, so a wrong clock refuses nothing.
 */
export const clockAccurate: Rule<'clockAccurate'> = {
  name: 'clockAccurate',
  reads: ['clockOffsetMs'],
  evaluate,
};
