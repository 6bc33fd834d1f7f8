import type { TrustStore } from '@trustfleet/protocol';
import type { AnchorStatus, HostFacts } from '../../types.ts';
import { bundleFault, isUnseen } from './bundle-fault.ts';

/**
 * What the operating system's store says about one anchor; `sha256` is lower-case hex. A store whose bundle no program can load
 * trusts nothing: `missing`. One that the agent could not look at, or never reported: `unknown`.
 */
export function anchorStatus(facts: HostFacts, sha256: string): AnchorStatus {
  const statuses = (facts.trustStores?.stores ?? [])
    .filter((store) => store.operatingSystem)
    .map((store) => statusIn(store, sha256));
  if (statuses.includes('missing')) return 'missing';
  return statuses.length === 0 || statuses.includes('unknown') ? 'unknown' : 'met';
}

function statusIn(store: TrustStore, sha256: string): AnchorStatus {
  const fault = bundleFault(store.bundle);
  if (fault !== null) return isUnseen(fault) ? 'unknown' : 'missing';
  return store.bundle.anchors.includes(sha256) ? 'met' : 'missing';
}
