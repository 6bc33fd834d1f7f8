import { anchorStatus, evaluatePolicy, type Cause } from '@trustfleet/policy';
import { jobEvidence, type TrustStoresSection } from '@trustfleet/protocol';
import { z } from 'zod';
import type { RemedyCheck } from '../remedy.ts';

/** What a new process prints about one anchor. */
export const anchorCheck = z.looseObject({
  holds: z.boolean().nullable(),
  detail: z.string().max(4096).nullable(),
  evidence: jobEvidence.nullable(),
});

/**
 * The rule `anchorRequired` for one anchor, on the facts of this host. Pure, so that the agent and the process that
 * reads back judge alike. `holds` is null where the facts do not say (no operating system store was found).
 */
export function evaluateAnchor(facts: TrustStoresSection, anchor: string): RemedyCheck {
  const store = facts.stores.find((candidate) => candidate.operatingSystem);
  const status = anchorStatus({ trustStores: facts }, anchor);
  if (!store || status === 'unknown') {
    return {
      holds: null,
      detail: 'No trust store of the operating system was found on this host.',
      evidence: null,
    };
  }
  const findings = evaluatePolicy(
    {
      id: 'job',
      name: 'This job',
      rule: 'anchorRequired',
      parameters: { anchors: [{ sha256: anchor, name: anchor }] },
    },
    { trustStores: facts },
  );
  const holds = status === 'met' && findings.length === 0;
  const evidence = {
    store: store.id,
    bundlePath: store.bundle.path,
    bundleSha256: store.bundle.sha256,
    anchors: store.bundle.anchors.length,
    holds,
  };
  if (holds) return { holds, detail: null, evidence };
  return { holds, evidence, detail: failureText(store.bundle.path, findings[0]?.cause) };
}

function failureText(bundlePath: string, cause: Cause | undefined): string {
  if (cause === undefined || cause === 'anchorMissingFromStore') {
    return `${bundlePath} was read back, and the certificate is not among its anchors.`;
  }
  return `${bundlePath} was read back, and programs cannot use it as it is (${cause}).`;
}
