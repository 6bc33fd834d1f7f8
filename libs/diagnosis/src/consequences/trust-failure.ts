import type { Verdict, VerdictCause } from '@trustfleet/protocol';
import type { ComparedSource } from './counterparts.ts';

/** Who cannot be reached proves nothing about trust (failures.md §7.6, step 2). */
const OF_NETWORK: readonly VerdictCause[] = [
  'nameNotResolved',
  'unreachable',
  'proxyRefused',
  'connectionCut',
  'notTls',
  'shareDoesNotAnswer',
];

/** A certificate that was looked at and refused; Python 2.7 – 3.6 and checks of the name give no number (failures.md §7.1). */
const VERIFY =
  /certificate[ _]verify[ _]failed|CertificateError|doesn't match|does not match|hostname mismatch/i;

/** A file of anchors that gives none: failures.md §7.1, last row; shotgrid.md §1.4, set but bad variables. */
const LOAD = [
  /no[ _]certificate[ _]or[ _]crl[ _]found|PEM[ _]lib|no start line|bad base64|X509: NO_CERTIFICATE/i,
  /Could not find a suitable TLS CA certificate bundle|invalid path: /i,
  /not a valid file|cannot load|load_verify_locations/i,
  /\[Errno (?:2|13|20|21)\]|FileNotFoundError|IsADirectoryError|NotADirectoryError|PermissionError/i,
  // An empty store: what SSL_CERT_FILE that names nothing comes to where the list is asked for.
  /trustAnchors parameter must be non-empty/i,
];

/** The client cannot be imported any more (shotgrid.md §1.1, last paragraph; §2.5): no server's answer leads to that. */
const IMPORT =
  /(?:^|[\s.])(?:SyntaxError|IndentationError|ImportError|ModuleNotFoundError): |requires Python version/;

/**
 * Is this failure one of trust: a certificate that was refused, anchors that could not be loaded, or a client that does not start? Refused, reset, timed out, cut, without
 * a name, or answered by something else prove nothing, and neither does what nobody knows: false.
 */
export function isTrustFailure(
  outcome: Verdict['predicted'],
  { cause, probed }: Pick<Verdict, 'cause' | 'probed'>,
  source: Pick<ComparedSource, 'state'> | null,
): boolean {
  if (outcome.result !== 'fails') return false;
  if (outcome.code !== null) return true;
  if (cause !== null && OF_NETWORK.includes(cause)) return false;
  const error = outcome.error ?? '';
  if ([VERIFY, IMPORT, ...LOAD].some((pattern) => pattern.test(error))) return true;
  // Worked out, not tried: nothing but trust is left.
  return outcome !== probed && source !== null && source.state !== 'unknown';
}
