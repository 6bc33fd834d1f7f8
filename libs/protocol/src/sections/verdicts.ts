import { z } from 'zod';
import { hostPath, sha256Hex, shortText, uuid } from '../primitives.ts';
import { clientName } from './endpoints.ts';

/** Why a verification fails, or would. Each is where the table of remedies starts. failures.md §7.1 – §7.3. */
export const VERDICT_CAUSES = [
  'anchorMissing',
  'bundleStale',
  'interceptionNotTrusted',
  'variableFileMissing',
  'variableFileUnreadable',
  'variableFileNotPem',
  'variableFileEmpty',
  'variableEmpty',
  'variableIgnored',
  'bundleReplaces',
  'trustedInCode',
  'anchorExpired',
  'crossSignExpired',
  'anchorRejected',
  'leafExpired',
  'intermediateExpired',
  'notYetValid',
  'clockWrong',
  'hostNameMismatch',
  'serverNameNotSent',
  'chainIncomplete',
  'leafSelfSigned',
  'issuerWithoutRoot',
  'strictProfile',
  'weakKey',
  'nameConstraint',
  'chainInvalid',
  'verificationOff',
  'pythonWithoutStore',
  'noSslModule',
  'apiNotImportable',
  'shareDoesNotAnswer',
  'nameNotResolved',
  'unreachable',
  'proxyRefused',
  'connectionCut',
  'notTls',
  'unknown',
] as const;
export const verdictCause = z.enum(VERDICT_CAUSES);
export type VerdictCause = z.infer<typeof verdictCause>;

/** One place where a client looks for its anchors, in the order in which it looks. Words for people are made from these. */
export const trustStep = z.looseObject({
  kind: z.enum([
    'argument',
    'variable',
    'module',
    'package',
    'bundle',
    'pythonDefault',
    'osStore',
    'configuration',
    'injection',
  ]),
  /** Variable, module, package or option; null where `kind` says all. */
  name: shortText.nullable(),
  /** The file, directory or setting it leads to. */
  value: hostPath.nullable(),
  /** Who set it: file of a variable, configuration. */
  definedIn: hostPath.nullable(),
  outcome: z.enum(['notSet', 'empty', 'ignored', 'overridden', 'failed', 'used', 'added']),
  /** Why: a stable id such as `ignoredByVersion`, `fileMissing`, `replacesDefaultFile`; null where `outcome` says all. */
  reason: z.string().max(64).nullable(),
});
export type TrustStep = z.infer<typeof trustStep>;

/** What one client of one Python environment trusts under one set of variables, and why: a *trust source* (architecture.md, words). */
export const trustSource = z.looseObject({
  /** Stable within a host: equal for the same consumer at the next scan. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** `path` in the section `pythons`; null for what is no Python (curl, git, node). */
  python: hostPath.nullable(),
  client: clientName,
  /** The copy of the library that decides (`location` in `shotgrid` or of a package); null where there is none. */
  install: hostPath.nullable(),
  version: shortText.nullable(),
  /** Accounts whose new programs get these variables; empty: those of no account of its own (services, machine). */
  accounts: z.array(shortText).max(200),
  /**
   * Set where code decides for itself: the calls of that code alone, beside what the client does everywhere else (decision 0011). The first
   * of the places that say the same; null or absent for the client in general.
   */
  code: z
    .looseObject({
      path: hostPath,
      line: z.int().positive(),
      /** `rule` of the finding in the section `code`. */
      rule: z.string().max(64),
      /** How many lines say the same. */
      places: z.int().positive(),
    })
    .nullable()
    .optional(),
  steps: z.array(trustStep).max(32),
  state: z.enum(['anchors', 'cannotLoad', 'verificationOff', 'noSsl', 'notImportable', 'unknown']),
  /** What it raises where it cannot load, as its users see it. */
  error: shortText.nullable(),
  /** How many anchors it has; null where that is not known. */
  anchors: z.int().nonnegative().nullable(),
  /** SHA-256 over the sorted fingerprints joined by \n: equal trust has equal digests. */
  digest: sha256Hex.nullable(),
});
export type TrustSource = z.infer<typeof trustSource>;

/** `unverified`: it connects without looking. `unknown`: nothing can be said, the reason stands in `error`. */
export const verdictOutcome = z.looseObject({
  result: z.enum(['verifies', 'fails', 'unverified', 'unknown']),
  /** X509_V_ERR_… of OpenSSL; null where there is none (Python 2.7 – 3.6, no verification reached). */
  code: z.int().nullable(),
  error: shortText.nullable(),
});
export type VerdictOutcome = z.infer<typeof verdictOutcome>;

export const verdict = z.looseObject({
  /** `id` of its {@link trustSource}. */
  source: z.string().regex(/^[0-9a-f]{16}$/),
  endpoint: uuid,
  predicted: verdictOutcome,
  probed: verdictOutcome.nullable(),
  /** Why it was not probed; null where it was. */
  notProbed: shortText.nullable(),
  /** Null where it verifies. */
  cause: verdictCause.nullable(),
  /** Facts for the cause's words: paths, fingerprints, dates, releases. Keys of letters. */
  evidence: z.record(
    z.string().regex(/^[a-z][A-Za-z]{0,31}$/),
    z.union([hostPath, z.number(), z.boolean(), z.null()]),
  ),
});
export type Verdict = z.infer<typeof verdict>;

export const verdictsSection = z.looseObject({
  sources: z.array(trustSource).max(2000),
  verdicts: z.array(verdict).max(5000),
});
export type VerdictsSection = z.infer<typeof verdictsSection>;
