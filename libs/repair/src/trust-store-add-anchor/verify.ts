import { anchorStatus, evaluatePolicy, type Cause } from '@trustfleet/policy';
import { jobEvidence, type JobEvidence, type TrustStoresSection } from '@trustfleet/protocol';
import { otherHolders } from '@trustfleet/remedies';
import { z } from 'zod';
import type { RemedyCheck } from '../remedy.ts';

/** What a look at the store says about one anchor. */
export interface AnchorCheck extends RemedyCheck {
  /** Is it in the bundle, whether programs can use that bundle or not? Null where the store was not found. */
  readonly present: boolean | null;
  /** Can programs use the bundle? */
  readonly usable: boolean;
  /** Files of the anchor directory that bring it. */
  readonly files: readonly string[];
}

/** What a new process prints about one anchor. */
export const anchorCheck = z.looseObject({
  present: z.boolean().nullable(),
  usable: z.boolean(),
  files: z.array(z.string().max(4096)).max(100),
  holds: z.boolean().nullable(),
  detail: z.string().max(4096).nullable(),
  evidence: jobEvidence.nullable(),
});

/**
 * The rule `anchorRequired` for one anchor, on the facts of this host. Pure, so that the agent and the process that
 * reads back judge alike. `holds` is null where the facts do not say (no operating system store was found).
 */
export function evaluateAnchor(facts: TrustStoresSection, anchor: string): AnchorCheck {
  const store = facts.stores.find((candidate) => candidate.operatingSystem);
  const status = anchorStatus({ trustStores: facts }, anchor);
  if (!store || status === 'unknown') {
    return {
      holds: null,
      detail: 'No trust store of the operating system was found on this host.',
      evidence: null,
      present: null,
      usable: false,
      files: [],
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
  const seen = {
    evidence,
    present: store.bundle.anchors.includes(anchor),
    usable: status === 'met' || findings.every(({ cause }) => cause === 'anchorMissingFromStore'),
    files: otherHolders(store, { anchor, own: [] }).slice(0, 100),
  };
  if (holds) return { ...seen, holds, detail: null };
  return { ...seen, holds, detail: failureText(store.bundle.path, findings[0]?.cause) };
}

/** What the job to be taken back left behind, for {@link evaluateAbsence}. */
export interface Traces {
  /** Files that it wrote. */
  readonly files: readonly string[];
  /** The store as that job had found it. */
  readonly before: JobEvidence | null;
}

/**
 * The same look, asked the other way round: is what a job did gone? So it is where the bundle is byte for byte as before; where the
 * anchor is out of a bundle that programs can use; and where another file brings it, which that job did not write.
 */
export function evaluateAbsence(seen: AnchorCheck, { files, before }: Traces): RemedyCheck {
  const { evidence, present, usable } = seen;
  if (present === null || evidence === null) return { holds: null, detail: seen.detail, evidence };
  if (before?.bundleSha256 != null && before.bundleSha256 === evidence.bundleSha256)
    return { holds: true, detail: null, evidence };
  if (!usable) return { holds: false, detail: seen.detail, evidence };
  if (!present) return { holds: true, detail: null, evidence };
  const [other] = seen.files;
  if (other === undefined || seen.files.some((path) => files.includes(path))) {
    return {
      holds: false,
      evidence,
      detail: `${evidence.bundlePath} was read back, and the certificate is still among its anchors.`,
    };
  }
  return {
    holds: true,
    evidence,
    detail: `The certificate stays trusted: ${other} brings it too, and that job did not write it.`,
  };
}

function failureText(bundlePath: string, cause: Cause | undefined): string {
  if (cause === undefined || cause === 'anchorMissingFromStore') {
    return `${bundlePath} was read back, and the certificate is not among its anchors.`;
  }
  return `${bundlePath} was read back, and programs cannot use it as it is (${cause}).`;
}
