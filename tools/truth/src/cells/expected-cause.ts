import type { ClientName, VerdictCause } from '@trustfleet/protocol';
import type { Fault, Setting } from '../settings.ts';

/**
 * What is wrong with a chain of the lab, told by how it was made (lab/chains.ts) to a client that has every anchor of the lab. Several where
 * the chain has several faults, or where libraries disagree which one they name. A chain that stands not here has no fault.
 */
const FAULTS: readonly (readonly [chain: RegExp, causes: readonly VerdictCause[]])[] = [
  [/^stranger-wrong-name$/, ['hostNameMismatch']],
  // Nobody here has its root, whatever else there is.
  [/^stranger/, ['anchorMissing']],
  [/^self-signed$/, ['leafSelfSigned']],
  [/^no-intermediate$/, ['chainIncomplete']],
  [/^expired-leaf$/, ['leafExpired']],
  [/^(future-leaf|future-intermediate)$/, ['notYetValid']],
  [/^expired-intermediate$/, ['intermediateExpired']],
  [/^expired-root(-sent)?$/, ['anchorExpired']],
  [/^expired-both$/, ['anchorExpired', 'leafExpired']],
  [/^(wrong-name|no-san-wrong|no-san|cn-beside-san|wildcard-deep|wildcard-part)$/, ['hostNameMismatch']],
  // pip under truststore takes no address at all, and names no fault of a certificate.
  [/^ip-(san|without-san|in-cn)$/, ['hostNameMismatch', 'unknown']],
  [/^sni-(stranger|other-name)$/, ['serverNameNotSent']],
  [/^weak-/, ['weakKey']],
  [/^constrained-(out|excluded)/, ['nameConstraint']],
  [/^(path-length|no-cert-sign|issued-by-server|client-only|forged)$/, ['chainInvalid']],
  // The bundle holds its old key.
  [/^rekeyed-no-aki$/, ['anchorMissing', 'chainInvalid', 'strictProfile']],
  [/^rekeyed/, ['anchorMissing', 'chainInvalid', 'leafSelfSigned']],
  [/^(root-no|issuing-no|leaf-no|bare$)/, ['strictProfile', 'chainInvalid']],
  [/^cross-old-expired/, ['crossSignExpired', 'anchorExpired']],
];

/** Faults that stand whoever's anchors are missing: a root is no remedy for another server's certificate (failures.md §7.6). */
const ALWAYS_FIRST: readonly VerdictCause[] = ['hostNameMismatch'];

/** What becomes of a client that is given a file which is so (lab/files.ts `writeBroken`), or a setting that it refuses. */
const BY_FAULT: Readonly<Record<Fault, readonly VerdictCause[]>> = {
  missing: ['variableFileMissing'],
  empty: ['variableFileEmpty'],
  der: ['variableFileNotPem'],
  truncated: ['variableFileNotPem'],
  utf16: ['variableFileNotPem'],
  text: ['variableFileNotPem'],
  damaged: ['variableFileNotPem'],
  bom: ['variableFileNotPem'],
  crlf: [],
  // For httplib2 a directory is no file that is there.
  directory: ['variableFileNotPem', 'variableFileEmpty', 'variableFileMissing'],
  unhashed: ['variableFileNotPem', 'variableFileEmpty'],
  setButEmpty: ['variableEmpty'],
  // An old pip does not start with an option that it does not know.
  unknownOption: ['unknown'],
};

/** What a scenario says of a client that failed. */
export interface Failure {
  readonly client: ClientName;
  /** Whether some bundle of the stand holds the studio's issuing authority. */
  readonly knowsIssuing: boolean;
  /** As the stand has it. */
  readonly collides: boolean;
  readonly setting: Pick<Setting, 'name' | 'store' | 'variables' | 'inCode' | 'fault'>;
  readonly chain: string;
  /** It ended before a certificate was looked at, or could not even be imported. */
  readonly ended: 'onImport' | 'whileLoading' | 'later';
}

/** Causes any of which is right. Stated by the one who made chain and setting; the product has no part in it. */
export function expectedCauses(failure: Failure): readonly VerdictCause[] {
  const { setting, chain, ended } = failure;
  const given = faultOf(setting);
  // A variable may keep it from being imported, or this Python does.
  if (ended === 'onImport') return [...given, 'apiNotImportable'];
  if (ended === 'whileLoading' && failure.collides) return [...given, 'unknown'];
  if (ended === 'whileLoading' && given.length > 0) return given;
  const fault = faultOfChain(failure);
  if (ALWAYS_FIRST.some((cause) => fault.includes(cause))) return fault;
  // Nobody's root is nobody's, however much else is wrong.
  if (hasEveryAnchor(setting) && !chain.startsWith('marker-')) return fault;
  return [...fault, ...withoutAnchor(setting, chain), ...given];
}

function faultOfChain({ chain, client, knowsIssuing }: Failure): readonly VerdictCause[] {
  // Nobody can tell what lies between where nobody has it.
  if (chain === 'no-intermediate' && !knowsIssuing) return ['anchorMissing'];
  // Uploads of 3.0.36 – 3.8.1 compare no names (shotgrid.md §1.4).
  if (chain === 'stranger-wrong-name' && /\.(form|s3)$/.test(client))
    return ['anchorMissing', 'hostNameMismatch'];
  return FAULTS.find(([pattern]) => pattern.test(chain))?.[1] ?? [];
}

function hasEveryAnchor({ store, name }: Failure['setting']): boolean {
  return (
    store === 'studio' || name === 'every variable names all' || name === 'every variable names all-reversed'
  );
}

function faultOf({ inCode, fault }: Failure['setting']): readonly VerdictCause[] {
  if (inCode !== undefined) return ['trustedInCode'];
  return fault === undefined ? [] : BY_FAULT[fault];
}

/** Why a client lacks an anchor that another one has. */
function withoutAnchor({ variables, name }: Failure['setting'], chain: string): VerdictCause[] {
  const marker = /^marker-(.+)$/.exec(chain)?.[1];
  const namesIt =
    marker === undefined
      ? Object.values(variables).some((value) => /\/(all|all-reversed|old|new|hashed|bom|crlf)\b/.test(value))
      : Object.values(variables).some((value) => value.endsWith(`/marker-${marker}.pem`));
  return [
    'anchorMissing',
    // The file that would do is named, and not looked at.
    ...(namesIt ? (['variableIgnored'] as const) : []),
    // What it names stands in the place of what has the root (python-tls.md §3, shotgrid.md §1.4).
    ...(Object.keys(variables).length > 0 ? (['bundleReplaces'] as const) : []),
    // The old anchors are those whose term is over.
    ...(name.endsWith('names old') && /^(reissued|cross-old-expired|expired)/.test(chain)
      ? (['anchorExpired'] as const)
      : []),
    ...(name.endsWith('names issuing') ? (['issuerWithoutRoot'] as const) : []),
  ];
}
