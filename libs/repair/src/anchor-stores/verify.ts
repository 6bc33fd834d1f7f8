import { anchorStatus, evaluatePolicy, type Cause } from '@trustfleet/policy';
import {
  storeEvidence,
  type JobEvidence,
  type StoreEvidence,
  type TrustStore,
  type TrustStoresSection,
} from '@trustfleet/protocol';
import { alone, isIn, otherHolders, roleOf, shipsBeside, storeIn } from '@trustfleet/remedies';
import { z } from 'zod';
import type { RemedyCheck } from '../remedy.ts';
import { sameEvidence } from '../same-evidence.ts';
import type { AnchorInStore } from './ports.ts';

/** What a look at a store says about one anchor. */
export interface AnchorCheck extends RemedyCheck {
  readonly evidence: StoreEvidence | null;
  /** Does the store hold it, whether programs can use that store or not? Null where the store was not found. */
  readonly present: boolean | null;
  /** Can programs use the store? */
  readonly usable: boolean;
  /** Programs of the store trust what their system carries in itself, and the store says nothing against it (NSS). */
  readonly shipsBeside: boolean;
  /** What brings it there: files of the anchor directory, copies of others. */
  readonly files: readonly string[];
}

/** What a new process prints about one anchor. */
export const anchorCheck = z.looseObject({
  present: z.boolean().nullable(),
  usable: z.boolean(),
  shipsBeside: z.boolean(),
  files: z.array(z.string().max(4096)).max(100),
  holds: z.boolean().nullable(),
  detail: z.string().max(4096).nullable(),
  evidence: storeEvidence.nullable(),
});

const unseen = (detail: string): AnchorCheck => ({
  ...{ holds: null, evidence: null, present: null, usable: false, shipsBeside: false, files: [] },
  detail,
});

/**
 * The rule `anchorRequired` for one anchor, asked of one store of this host. Pure, so that the agent and the process that reads back
 * judge alike. `holds` is null where the facts do not say (there is no such store, or it could not be read).
 */
export function evaluateAnchor(
  facts: TrustStoresSection,
  { anchor, store: name }: AnchorInStore,
): AnchorCheck {
  const store = storeIn({ trustStores: facts }, name);
  if (store === null)
    return unseen(
      name === undefined
        ? 'No trust store of the operating system was found on this host.'
        : `There is no store ${name} on this host.`,
    );
  const status = anchorStatus(alone(store), anchor);
  if (status === 'unknown')
    return unseen(`${store.bundle.path} could not be read: ${store.bundle.detail ?? store.bundle.state}`);
  return roleOf(store) === 'anchors' ? byRule(store, anchor) : byEntry(store, anchor);
}

function byRule(store: TrustStore, anchor: string): AnchorCheck {
  const { bundle } = store;
  const findings = evaluatePolicy(
    {
      id: 'job',
      name: 'This job',
      rule: 'anchorRequired',
      parameters: { anchors: [{ sha256: anchor, name: anchor }] },
    },
    alone(store),
  );
  const present = bundle.anchors.includes(anchor);
  const holds = present && findings.length === 0;
  const seen = {
    evidence: evidenceOf(store, { holds, bundleSha256: bundle.sha256 }),
    present,
    shipsBeside: shipsBeside(store, anchor),
    usable: findings.every(({ cause }) => LACKS.has(cause)),
    files: otherHolders(store, { anchor, own: [] }).slice(0, 100),
  };
  if (holds) return { ...seen, holds, detail: null };
  return { ...seen, holds, detail: failureText(bundle.path, findings[0]?.cause) };
}

/** The store works and does not hold it. */
const LACKS: ReadonlySet<Cause> = new Set<Cause>([
  'anchorMissingFromStore',
  'anchorDistrusted',
  'anchorForOtherPurposes',
]);

/** Of a store in which programs look for other things than anchors, no rule and no digest of its anchors says anything. */
function byEntry(store: TrustStore, anchor: string): AnchorCheck {
  const holds = isIn(store, anchor);
  return {
    evidence: evidenceOf(store, { holds, bundleSha256: null }),
    present: holds,
    usable: true,
    shipsBeside: false,
    files: otherHolders(store, { anchor, own: [] }).slice(0, 100),
    holds,
    detail: holds ? null : `${store.bundle.path} was read back, and the certificate is not in it.`,
  };
}

function evidenceOf(
  { id, bundle }: TrustStore,
  { holds, bundleSha256 }: Pick<StoreEvidence, 'holds' | 'bundleSha256'>,
): StoreEvidence {
  return {
    store: id.slice(0, 512),
    bundlePath: bundle.path,
    bundleSha256,
    anchors: bundle.anchors.length,
    holds,
  };
}

/** The same look after a removal: do the store's programs trust it no longer? `listed`: it is in Mozilla's list. */
export function evaluateRemoval(seen: AnchorCheck, listed: boolean): RemedyCheck {
  const { evidence, usable, detail, files } = seen;
  const present = seen.present === null ? null : seen.present || (listed && seen.shipsBeside);
  if (present === null || evidence === null) return { holds: null, detail, evidence };
  const holds = usable && !present;
  const measured = { ...evidence, holds };
  if (holds) return { holds, detail: null, evidence: measured };
  if (!usable) return { holds, detail, evidence: measured };
  const [by] = files;
  return {
    holds,
    evidence: measured,
    detail: `${evidence.bundlePath} was read back, and the certificate is still among its anchors${by === undefined ? '' : `: ${by} brings it`}.`,
  };
}

/** What the job to be taken back left behind, for {@link evaluateAbsence} and {@link evaluateReturn}. */
export interface Traces {
  /** Files that it wrote or removed. */
  readonly files: readonly string[];
  /** The store as that job had found it. */
  readonly before: JobEvidence | null;
}

/**
 * Is what an addition did gone? So it is where the bundle is byte for byte as before; where the anchor is out of a bundle that programs
 * can use; and where something else brings it, which that job did not write.
 */
export function evaluateAbsence(seen: AnchorCheck, { files, before }: Traces): RemedyCheck {
  const { evidence, present, usable } = seen;
  if (present === null || evidence === null) return { holds: null, detail: seen.detail, evidence };
  if (sameEvidence(before, evidence)) return { holds: true, detail: null, evidence };
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

/** Is what a removal did gone? The store is byte for byte as before, or holds the certificate again. */
export function evaluateReturn(seen: AnchorCheck, { before }: Traces): RemedyCheck {
  const { holds, detail, evidence } = seen;
  if (holds === null || evidence === null) return { holds: null, detail, evidence };
  if (holds || sameEvidence(before, evidence)) return { holds: true, detail: null, evidence };
  return { holds: false, detail, evidence };
}

function failureText(bundlePath: string, cause: Cause | undefined): string {
  if (cause === undefined || cause === 'anchorMissingFromStore')
    return `${bundlePath} was read back, and the certificate is not among its anchors.`;
  if (cause === 'anchorDistrusted')
    return `${bundlePath} was read back, and the store rejects the certificate.`;
  if (cause === 'anchorForOtherPurposes')
    return `${bundlePath} was read back, and the store keeps the certificate for other purposes than TLS servers.`;
  return `${bundlePath} was read back, and programs cannot use it as it is (${cause}).`;
}
