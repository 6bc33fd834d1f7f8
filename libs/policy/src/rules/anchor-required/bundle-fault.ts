import type { BundleFile } from '@trustfleet/protocol';
import type { FindingEvidence } from '../../types.ts';

/** Why a program that names this file gets nothing from it. Stands behind `store` or `bundle` in a cause. */
export type BundleFault =
  | 'Missing'
  | 'Unreadable'
  | 'NotRegularFile'
  | 'TooLarge'
  | 'Empty'
  | 'Der'
  | 'Utf16'
  | 'NoCertificates'
  | 'Malformed';

const BY_STATE: Readonly<Record<Exclude<BundleFile['state'], 'read'>, BundleFault>> = {
  missing: 'Missing',
  unreadable: 'Unreadable',
  notRegularFile: 'NotRegularFile',
  tooLarge: 'TooLarge',
  empty: 'Empty',
  der: 'Der',
  utf16: 'Utf16',
  noCertificates: 'NoCertificates',
};

/** Null for a file that OpenSSL loads. One truncated block loses the whole file (python-tls.md §3), whatever else can be read in it. */
export function bundleFault(bundle: BundleFile): BundleFault | null {
  if (bundle.state !== 'read') return BY_STATE[bundle.state];
  return bundle.opensslAccepts ? null : 'Malformed';
}

/** True where the agent could not look: what the file holds is then unknown, not nothing. */
export function isUnseen(fault: BundleFault): boolean {
  return fault === 'Unreadable' || fault === 'TooLarge';
}

/** The facts behind a finding about this file. */
export function bundleEvidence(bundle: BundleFile): FindingEvidence {
  const [first] = bundle.problems;
  return {
    state: bundle.state,
    opensslAccepts: bundle.opensslAccepts,
    anchors: bundle.anchors.length,
    realPath: bundle.realPath,
    bundleSha256: bundle.sha256,
    detail: bundle.detail,
    problems: bundle.problems.length,
    firstProblem: first === undefined ? null : `line ${first.line}: ${first.reason}`,
  };
}
