import type { VerdictCause } from '@trustfleet/protocol';
import type { FindingSeverity } from '../../types.ts';

/**
 * `blocker`: programs of this host do not get through. `warning`: they do and should not (verification off); the way is at fault, which a
 * host may meet outside of the studio and no trust setting mends (failures.md §7.1); nobody may use that program at all (an API that its
 * Python cannot import, a Python without ssl); or nothing could be seen.
 */
export const SEVERITIES: Readonly<Record<VerdictCause, FindingSeverity>> = {
  anchorMissing: 'blocker',
  bundleStale: 'blocker',
  interceptionNotTrusted: 'blocker',
  variableFileMissing: 'blocker',
  variableFileUnreadable: 'blocker',
  variableFileNotPem: 'blocker',
  variableFileEmpty: 'blocker',
  variableEmpty: 'blocker',
  variableIgnored: 'blocker',
  bundleReplaces: 'blocker',
  trustedInCode: 'blocker',
  anchorExpired: 'blocker',
  crossSignExpired: 'blocker',
  anchorRejected: 'blocker',
  leafExpired: 'blocker',
  intermediateExpired: 'blocker',
  notYetValid: 'blocker',
  clockWrong: 'blocker',
  hostNameMismatch: 'blocker',
  serverNameNotSent: 'blocker',
  chainIncomplete: 'blocker',
  leafSelfSigned: 'blocker',
  issuerWithoutRoot: 'blocker',
  strictProfile: 'blocker',
  weakKey: 'blocker',
  nameConstraint: 'blocker',
  chainInvalid: 'blocker',
  pythonWithoutStore: 'blocker',
  verificationOff: 'warning',
  noSslModule: 'warning',
  apiNotImportable: 'warning',
  shareDoesNotAnswer: 'warning',
  nameNotResolved: 'warning',
  unreachable: 'warning',
  proxyRefused: 'warning',
  connectionCut: 'warning',
  notTls: 'warning',
  unknown: 'warning',
};
