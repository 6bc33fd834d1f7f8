import type { BundleFile, StoreEntry, TrustStore } from '@trustfleet/protocol';
import { findingKey } from '../../finding-key.ts';
import type {
  AnchorRequiredPolicy,
  Cause,
  FindingSeverity,
  FindingSubject,
  HostFacts,
  PolicyFinding,
  RequiredAnchor,
} from '../../types.ts';
import { bundleEvidence, bundleFault, isUnseen } from './bundle-fault.ts';
import { type UsedBundle, usedBundles, userNames, usersThatNeed } from './bundle-users.ts';

type Parameters = AnchorRequiredPolicy['parameters'];

/** One finding per subject and anchor; one for the whole subject where no program can load it. */
export function evaluate({ anchors }: Parameters, facts: HostFacts): PolicyFinding[] {
  if (anchors.length === 0) return [];
  const stores = facts.trustStores?.stores ?? [];
  // Without the store's section nothing says which bundle is the system's own: judging it then would give a finding that the next section takes back.
  const bundles =
    facts.bundles === undefined || facts.trustStores === undefined ? [] : usedBundles(facts.bundles, stores);
  return [
    ...stores.filter((store) => store.operatingSystem).flatMap((store) => storeFindings(store, anchors)),
    ...bundles.flatMap((used) => bundleFindings(used, anchors)),
  ];
}

function storeFindings(store: TrustStore, anchors: readonly RequiredAnchor[]): PolicyFinding[] {
  const { bundle, id, name } = store;
  const about = {
    identity: id,
    subject: { kind: 'trustStore', store: id, name, path: bundle.path },
    bundle,
  } as const;
  const fault = bundleFault(bundle);
  if (fault !== null) {
    // What nobody has seen is not known to fail.
    return [
      finding({
        ...about,
        cause: `store${fault}`,
        severity: isUnseen(fault) ? 'warning' : 'blocker',
        anchor: null,
      }),
    ];
  }
  return lacking(bundle, anchors).map((anchor) => {
    const entry = store.entries?.find((candidate) => candidate.anchor === anchor.sha256);
    const cause = BY_TRUST[entry?.trust ?? 'deselected'];
    return finding({
      ...about,
      cause,
      severity: 'blocker',
      anchor,
      ...(entry === undefined ? {} : { entry }),
    });
  });
}

/**
 * An anchor that is there and does not vouch for servers: adding it once more would change nothing where the store rejects it
 * (trust-stores.md §6.2, Disallowed; §6.1, blocklist). What the owner left out can be added like any other.
 */
const BY_TRUST: Readonly<Record<StoreEntry['trust'], Cause>> = {
  distrusted: 'anchorDistrusted',
  otherPurposes: 'anchorForOtherPurposes',
  deselected: 'anchorMissingFromStore',
  // In the entries and not in the view: the store contradicts itself, and programs go by the view.
  servers: 'anchorMissingFromStore',
};

function bundleFindings(
  { path, bundle, users }: UsedBundle,
  anchors: readonly RequiredAnchor[],
): PolicyFinding[] {
  const fault = bundleFault(bundle);
  if (fault !== null) {
    const affected = userNames(anchors.flatMap(({ sha256 }) => usersThatNeed(sha256, users)));
    if (affected.length === 0) return [];
    const subject: FindingSubject = { kind: 'bundle', path, usedBy: affected };
    return [
      finding({
        identity: path,
        subject,
        bundle,
        cause: `bundle${fault}`,
        severity: 'warning',
        anchor: null,
      }),
    ];
  }
  return lacking(bundle, anchors).flatMap((anchor) => {
    const usedBy = userNames(usersThatNeed(anchor.sha256, users));
    if (usedBy.length === 0) return [];
    const subject: FindingSubject = { kind: 'bundle', path, usedBy };
    return [
      finding({
        identity: path,
        subject,
        bundle,
        cause: 'anchorMissingFromBundle',
        severity: 'warning',
        anchor,
      }),
    ];
  });
}

function lacking(bundle: BundleFile, anchors: readonly RequiredAnchor[]): RequiredAnchor[] {
  const held = new Set(bundle.anchors);
  return anchors.filter(({ sha256 }) => !held.has(sha256));
}

interface FindingParts {
  /** What tells the subject from others of its kind. */
  readonly identity: string;
  readonly subject: FindingSubject;
  readonly bundle: BundleFile;
  readonly cause: Cause;
  readonly severity: FindingSeverity;
  readonly anchor: RequiredAnchor | null;
  /** What the store says of that anchor. */
  readonly entry?: StoreEntry;
}

function finding({ identity, subject, bundle, cause, severity, anchor, entry }: FindingParts): PolicyFinding {
  const rule = 'anchorRequired';
  return {
    key: findingKey({ rule, kind: subject.kind, subject: identity, anchor: anchor?.sha256 ?? null }),
    rule,
    cause,
    severity,
    subject,
    anchor: anchor === null ? null : { sha256: anchor.sha256, name: anchor.name },
    evidence: {
      ...bundleEvidence(bundle),
      ...(entry === undefined ? {} : { trust: entry.trust, location: entry.location }),
    },
  };
}
