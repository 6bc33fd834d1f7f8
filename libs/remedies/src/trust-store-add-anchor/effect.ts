import { sha256Hex } from '@trustfleet/certificates';
import { anchorStatus, type HostFacts } from '@trustfleet/policy';
import type { BundleFile, LocalAnchor, PlanChange, TrustStore } from '@trustfleet/protocol';
import type { RemedyContext, RemedyEffect } from '../types.ts';
import { anchorFileContent, anchorFileName } from './anchor-file.ts';
import { ANCHOR_TOOLS } from './drivers.ts';
import type { AddAnchorParameters } from './schema.ts';

type NotApplicable = Extract<RemedyEffect, { kind: 'notApplicable' }>;

/** A store that can take the anchor, with all that is needed for it. */
interface Target {
  readonly store: TrustStore;
  /** Path of the file that would hold the anchor. */
  readonly file: string;
  readonly argv: readonly string[];
}

/**
 * Puts the certificate into the store's anchor directory and has the bundle rebuilt. Refuses where that would not help, or where the
 * rebuilding would break a store that works: update-ca-certificates copies every file of the directory as it is, damaged ones too.
 */
export function addAnchorEffect(
  facts: HostFacts,
  { anchor }: AddAnchorParameters,
  { certificate }: RemedyContext,
): RemedyEffect {
  if (certificate.sha256 !== anchor)
    return notApplicable('The certificate at hand is not the one that the order names.');
  if (!certificate.isAuthority)
    return notApplicable(`${certificate.subject} is no CA certificate: it cannot vouch for any server.`);
  if (anchorStatus(facts, anchor) === 'met') return { kind: 'none' };
  const found = findTarget(facts, anchor);
  if (found.kind === 'notApplicable') return found;
  const { target } = found;
  const present = target.store.localAnchors.some(
    (local) => local.anchor === anchor && local.path.endsWith('.crt'),
  );
  const added = present ? null : target.file;
  return {
    kind: 'change',
    facts: withAnchor(facts, { store: target.store, anchor, added }),
    changes: plan(target, { certificate }, added),
  };
}

function findTarget(facts: HostFacts, anchor: string): NotApplicable | { kind: 'target'; target: Target } {
  const store = facts.trustStores?.stores.find((candidate) => candidate.operatingSystem);
  if (store === undefined)
    return notApplicable("The agent has not reported an operating system's trust store.");
  const { anchorDirectory, cannotChange, driver, name } = store;
  const argv = ANCHOR_TOOLS.get(driver);
  if (argv === undefined)
    return notApplicable(`${name}: stores of the kind "${driver}" cannot be changed by this release.`);
  if (cannotChange !== null) return notApplicable(`${name} cannot be changed: ${cannotChange}`);
  if (anchorDirectory === null) return notApplicable(`${name} has no directory that takes anchors.`);
  const file = `${anchorDirectory.replace(/\/+$/, '')}/${anchorFileName(anchor)}`;
  const obstacle = rebuildObstacle(store, file);
  if (obstacle !== null) return notApplicable(obstacle);
  return { kind: 'target', target: { store, file, argv } };
}

/** States of the bundle that a rebuild does not mend: the tool cannot replace, or nobody could read the result back. */
const BEYOND_REBUILD: ReadonlySet<BundleFile['state']> = new Set([
  'notRegularFile',
  'unreadable',
  'tooLarge',
]);

function rebuildObstacle({ name, bundle, localAnchors }: TrustStore, file: string): string | null {
  if (BEYOND_REBUILD.has(bundle.state)) {
    return `${name}: its bundle ${bundle.path} is ${bundle.state} (${bundle.detail ?? 'no detail'}); mend that first.`;
  }
  const damaged = localAnchors.find((local) => local.path !== file && couldSpoil(local, bundle));
  if (damaged === undefined) return null;
  return `${damaged.path} has a problem (${damaged.problem ?? 'no certificate can be read in it'}), and rebuilding ${bundle.path} would copy it in as it is, so that programs could refuse the whole bundle. Mend or remove that file first.`;
}

/**
 * A file with a problem is let through only where its certificate stands in a bundle that works: then the last rebuilding took it in
 * without harm (two certificates in one file, say). What a damaged block would do: python-tls.md §3, one truncated block loses all.
 */
function couldSpoil({ anchor, path, problem }: LocalAnchor, bundle: BundleFile): boolean {
  if (!path.endsWith('.crt') || (anchor !== null && problem === null)) return false;
  return anchor === null || !bundle.opensslAccepts || !bundle.anchors.includes(anchor);
}

function plan({ store, argv }: Target, { certificate }: RemedyContext, added: string | null): PlanChange[] {
  const file: PlanChange[] =
    added === null
      ? []
      : [{ kind: 'addFile', path: added, sha256: sha256Hex(anchorFileContent(certificate)) }];
  return [
    ...file,
    { kind: 'runTool', argv: [...argv] },
    {
      kind: 'addAnchor',
      store: store.id,
      anchor: certificate.sha256,
      subject: certificate.subject.slice(0, 2048),
    },
  ];
}

interface Addition {
  readonly store: TrustStore;
  readonly anchor: string;
  /** The new file; null when a file with this anchor is there and only the bundle lags behind. */
  readonly added: string | null;
}

function withAnchor(facts: HostFacts, addition: Addition): HostFacts {
  const { store } = addition;
  const localAnchors =
    addition.added === null
      ? store.localAnchors
      : withFile(store.localAnchors, addition.added, addition.anchor);
  const rebuilt = <T extends BundleFile>(bundle: T): T =>
    rebuiltBundle(bundle, [addition.anchor, ...localAnchors.map(({ anchor }) => anchor)]);
  const stores = facts.trustStores?.stores.map((other) =>
    other === store ? { ...store, localAnchors, bundle: rebuilt(store.bundle) } : other,
  );
  const bundles = facts.bundles?.bundles.map((bundle) =>
    isSameFile(bundle, store.bundle) ? rebuilt(bundle) : bundle,
  );
  return {
    ...facts,
    ...(stores === undefined ? {} : { trustStores: { ...facts.trustStores, stores } }),
    ...(bundles === undefined ? {} : { bundles: { ...facts.bundles, bundles } }),
  };
}

function withFile(before: readonly LocalAnchor[], path: string, anchor: string): LocalAnchor[] {
  const others = before.filter((local) => local.path !== path);
  return [...others, { path, anchor, problem: null }].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Digest and size are known only once it is written. Of a bundle that could not be read, the vendor's roots come back too: not predicted here. */
function rebuiltBundle<T extends BundleFile>(bundle: T, additions: readonly (string | null)[]): T {
  const anchors = [...new Set([...bundle.anchors, ...additions.filter((anchor) => anchor !== null)])].sort();
  return {
    ...bundle,
    state: 'read',
    detail: null,
    sha256: null,
    size: null,
    anchors,
    problems: [],
    opensslAccepts: true,
  };
}

function isSameFile(bundle: BundleFile, other: BundleFile): boolean {
  return (bundle.realPath ?? bundle.path) === (other.realPath ?? other.path);
}

function notApplicable(reason: string): NotApplicable {
  return { kind: 'notApplicable', reason };
}
