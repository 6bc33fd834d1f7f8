import type { Policy } from '../types.ts';
import { anchorRequired } from './anchor-required/rule.ts';
import { clockAccurate } from './clock-accurate/rule.ts';
import { codeDecides } from './code-decides/rule.ts';
import { endpointsVerify } from './endpoints-verify/rule.ts';
import type { Rule } from './rule.ts';
import { sharesAnswer } from './shares-answer/rule.ts';

/** Every rule by its name: a new one is a folder and a line. */
export const RULES: { readonly [Name in Policy['rule']]: Rule<Name> } = {
  anchorRequired,
  clockAccurate,
  endpointsVerify,
  sharesAnswer,
  codeDecides,
};
