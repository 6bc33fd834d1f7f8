import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';
import { collectorProblem } from './collector-problem.ts';

/** What code decides for itself instead of leaving it to the settings. */
export const CODE_DECISIONS = [
  /** verify=False, CERT_NONE, _create_unverified_context, NO_SSL_VALIDATION, PYTHONHTTPSVERIFY=0 … */
  'verificationOff',
  /** InsecureRequestWarning silenced. */
  'warningSilenced',
  /** verify="/path", session.verify =, ca_certs=, cafile=, load_verify_locations. */
  'explicitTrust',
] as const;
export const codeDecision = z.enum(CODE_DECISIONS);
export type CodeDecision = z.infer<typeof codeDecision>;

export const codeFinding = z.looseObject({
  path: hostPath,
  line: z.int().positive(),
  decision: codeDecision,
  /** Which rule, e.g. `verifyFalse`, `certNone`, `caCertsArgument`. */
  rule: z.string().max(64),
  /** The line; of string literals only those that the rule is about (the trust file's, a variable's name) are shown, no comment is. */
  text: shortText,
  /** The function among whose arguments it stands, by its last name, e.g. `Shotgun`; null or absent where it stands in none's. */
  call: z.string().max(64).nullable().optional(),
  /** Where `explicitTrust` points by a literal, and what is wrong with it. */
  target: hostPath.nullable(),
  problem: z.enum(['missing', 'unreadable', 'notPem', 'stale', 'oneRoot']).nullable(),
});
export type CodeFinding = z.infer<typeof codeFinding>;

/** Sorted by path, line, rule. */
export const codeSection = z.looseObject({
  findings: z.array(codeFinding).max(2000),
  files: z.int().nonnegative(),
  problems: z.array(collectorProblem).max(200),
});
export type CodeSection = z.infer<typeof codeSection>;
