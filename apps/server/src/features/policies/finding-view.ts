import type { FindingView } from '@trustfleet/api';
import type { Finding } from '@trustfleet/database';
import { remediesForCause } from '@trustfleet/remedies';

/** A finding as the API shows it, with the remedies that mend its cause. */
export function findingView(finding: Finding): FindingView {
  return {
    ...finding,
    anchor: finding.anchor === null ? null : { ...finding.anchor },
    since: finding.since.toISOString(),
    closedAt: finding.closedAt?.toISOString() ?? null,
    remedies: remediesForCause(finding.cause),
  };
}
