import type { HostFacts } from '@trustfleet/policy';
import type { LocalAnchor, PlanChange, TrustStore } from '@trustfleet/protocol';
import { sha256Hex } from '@trustfleet/certificates';
import { anchorFileContent, anchorFileName } from '../anchor-stores/anchor-file.ts';
import {
  BUNDLE_DRIVER,
  roleOf,
  WINDOWS_REJECTED,
  type AnchorWay,
  type EntryWay,
  type FileWay,
} from '../anchor-stores/drivers.ts';
import { distrustedLine, fileLine, removedLine, toolLine } from '../anchor-stores/plan-lines.ts';
import { withEntry, withStore } from '../anchor-stores/predict.ts';
import type { AnchorParameters } from '../anchor-stores/schema.ts';
import {
  entriesOf,
  holdersOf,
  inDirectory,
  isIn,
  notApplicable,
  onHost,
  rebuildObstacle,
  shipsBeside,
  storeIn,
  wayOf,
  whyNoStore,
  type NotApplicable,
} from '../anchor-stores/target.ts';
import type { HostExclusion, AnchorContext } from '../anchor-stores/context.ts';
import type { RemedyEffect } from '../types.ts';

interface Removal extends AnchorContext {
  readonly facts: HostFacts;
  readonly store: TrustStore;
}

/**
 * Has the programs of one store trust the certificate no longer: what this machine's owner added goes; what the system ships is left out
 * or rejected, by the means that the system has for that. Refuses where it would come back or where nothing would be left.
 */
export function removeAnchorEffect(
  facts: HostFacts,
  { anchor, store: reference }: AnchorParameters,
  context: AnchorContext,
): RemedyEffect {
  if (context.certificate.sha256 !== anchor)
    return notApplicable('The certificate at hand is not the one that the order names.');
  const store = storeIn(facts, reference);
  if (store === null) return notApplicable(whyNoStore(reference));
  if (isGone(store, context)) return { kind: 'none' };
  const way = wayOf(store);
  if (way.kind === 'notApplicable') return way;
  const last = whyLast(store, way, anchor);
  if (last !== null) return notApplicable(last);
  const removal = { ...context, facts, store };
  return way.kind === 'file' ? removeFile(removal, way) : removeEntry(removal, way);
}

function isGone(store: TrustStore, { certificate, listed }: AnchorContext): boolean {
  const { sha256: anchor } = certificate;
  if (isIn(store, anchor) || store.bundle.anchors.includes(anchor)) return false;
  if (holdersOf(store, anchor).length > 0) return false;
  return listed !== true || !shipsBeside(store, anchor);
}

/** A PEM file without a certificate is one that no program loads: each that names it would fail at its start. */
function whyLast({ name, driver, bundle }: TrustStore, way: AnchorWay, anchor: string): string | null {
  const isFile = way.kind === 'file' || driver === BUNDLE_DRIVER;
  return isFile && bundle.anchors.includes(anchor) && bundle.anchors.length === 1
    ? `It is the only anchor of ${name}: programs refuse ${bundle.path} when it is empty. Add the one that takes its place first.`
    : null;
}

function removeFile(removal: Removal, way: FileWay): RemedyEffect {
  const { store, certificate } = removal;
  const work = whatToRemove(removal, way);
  if ('kind' in work) return work;
  const { holders, exclusion } = work;
  const obstacle = rebuildObstacle(
    store,
    way,
    holders.map(({ path }) => path),
  );
  if (obstacle !== null) return notApplicable(obstacle);
  return {
    kind: 'change',
    facts: withoutFiles(removal, work),
    changes: [
      ...holders.map((holder) => removedFileLine(removal, holder)),
      ...(exclusion === null ? [] : [exclusion.change]),
      toolLine(way),
      exclusion?.trust === 'distrusted'
        ? distrustedLine(store, certificate)
        : removedLine(store, certificate),
    ],
    remark: null,
  };
}

function removedFileLine({ certificate, host }: Removal, { path }: LocalAnchor): PlanChange {
  // On stored facts nobody knows its bytes: it is foreseen as one of ours.
  const sha256 = host?.digests.get(path) ?? sha256Hex(anchorFileContent(certificate));
  return { kind: 'removeFile', path, sha256 };
}

interface FileRemoval {
  /** Files of the anchor directory that hold exactly this certificate. */
  readonly holders: readonly LocalAnchor[];
  /** How what the system ships is left out; null where it ships no copy. */
  readonly exclusion: Excluded | null;
}

interface Excluded {
  readonly change: PlanChange;
  readonly trust: 'deselected' | 'distrusted';
  readonly location: string;
}

function whatToRemove(removal: Removal, way: FileWay): FileRemoval | NotApplicable {
  const { store, certificate, host } = removal;
  const holders = holdersOf(store, certificate.sha256);
  const mixed = holders.find(({ problem }) => problem !== null);
  if (mixed !== undefined)
    return notApplicable(
      `${mixed.path} brings this certificate and is not removed as a whole (${mixed.problem ?? ''}). Take the certificate out of it by hand.`,
    );
  const link = holders.find(({ path }) => host?.digests.get(path) === null);
  if (link !== undefined)
    return notApplicable(
      `${link.path} brings this certificate and is a link, or no plain file, so it is not removed. Take it away by hand.`,
    );
  if (!isShipped(removal, way, holders)) return { holders, exclusion: null };
  const exclusion = excluded(removal, way);
  return 'reason' in exclusion ? exclusion : { holders, exclusion };
}

/** Does the system ship a copy? What no other file brings came from there. */
function isShipped(
  { store, certificate, host, listed }: Removal,
  way: FileWay,
  holders: readonly LocalAnchor[],
): boolean {
  if (holders.length === 0) return true;
  if (host !== undefined && way.exclusion.kind === 'deselect') return host.exclusion.kind === 'selection';
  const vendor = entriesOf(store, certificate.sha256).some(
    ({ origin, trust }) => origin === 'vendor' && trust === 'servers',
  );
  // Of a certificate that lies in two places the section shows one.
  return vendor || listed === true;
}

/** What the system ships, left out by its own means. */
function excluded({ store, certificate, host }: Removal, way: FileWay): Excluded | NotApplicable {
  const found = host?.exclusion ?? foreseenExclusion(store, way);
  if (found.kind === 'none') return notApplicable(found.reason);
  if (found.kind === 'selection') {
    const { path, sha256 } = found;
    return { change: { kind: 'changeFile', path, sha256 }, trust: 'deselected', location: path };
  }
  const location = inDirectory(found.directory, anchorFileName(certificate.sha256, way));
  return { change: fileLine(location, certificate), trust: 'distrusted', location };
}

type Foreseen = HostExclusion | { readonly kind: 'selection'; readonly path: string; readonly sha256: null };

/** On stored facts: where it is on a machine as its system sets it up. */
function foreseenExclusion(store: TrustStore, way: FileWay): Foreseen {
  const { exclusion } = way;
  if (exclusion.kind === 'deselect')
    return { kind: 'selection', path: onHost(store, way, exclusion.file), sha256: null };
  return { kind: 'blocklist', directory: onHost(store, way, exclusion.directories[0]) };
}

function withoutFiles(
  { facts, store, certificate }: Removal,
  { holders, exclusion }: FileRemoval,
): HostFacts {
  const gone = new Set(holders.map(({ path }) => path));
  const { sha256: anchor } = certificate;
  const entry = exclusion && {
    trust: exclusion.trust,
    origin: exclusion.trust === 'deselected' ? ('vendor' as const) : ('local' as const),
    location: exclusion.location,
  };
  return withStore(facts, store, {
    localAnchors: store.localAnchors.filter(({ path }) => !gone.has(path)),
    anchors: store.bundle.anchors.filter((held) => held !== anchor),
    entries: withEntry(store.entries, anchor, entry),
  });
}

function removeEntry(removal: Removal, way: EntryWay): RemedyEffect {
  const { facts, store, certificate } = removal;
  const found = standingOf(removal, way);
  if (found.kind === 'notApplicable') return found;
  const { distrusts } = found;
  const { sha256: anchor } = certificate;
  const rejection = { trust: 'distrusted', origin: 'local', location: null } as const;
  return {
    kind: 'change',
    facts: withStore(facts, store, {
      localAnchors: store.localAnchors,
      anchors: store.bundle.anchors.filter((held) => held !== anchor),
      entries: withEntry(store.entries, anchor, distrusts ? rejection : null),
    }),
    changes: [distrusts ? distrustedLine(store, certificate) : removedLine(store, certificate)],
    remark: roleOf(store) === 'rejected' ? 'Programs stop rejecting what it signs.' : null,
  };
}

/** Why a copy that the system's maker put there cannot be removed. */
const WHY_LASTING: Readonly<Partial<Record<EntryWay['vendor'], string>>> = {
  returns: `Windows ships this certificate and brings it back when it is removed. To have programs reject it, add it to the store ${WINDOWS_REJECTED} (trustStore.addAnchor).`,
  stays:
    'macOS ships this certificate in a part of the system that nobody writes to. To have programs reject it, deploy a configuration profile (MDM) that does.',
};

const STAYS_REJECTED =
  'Windows itself rejects this certificate, and brings that back when somebody takes it away.';

/** Whether the entry goes or is made to reject; or why neither would last. */
function standingOf(
  { store, certificate, listed }: Removal,
  way: EntryWay,
): NotApplicable | { readonly kind: 'entry'; readonly distrusts: boolean } {
  const copies = entriesOf(store, certificate.sha256);
  const policy = copies.find(({ origin }) => origin === 'policy');
  if (way.policyOwned && policy !== undefined)
    return notApplicable(
      `A central policy (${policy.location ?? store.name}) puts this certificate into ${store.name} and would bring it back: take it out of that policy.`,
    );
  // What a store holds without a word about it came with the system (libs/protocol `trustStore.entries`).
  const shipped = copies.length === 0 || copies.some(({ origin }) => origin === 'vendor');
  const lasting = shipped ? WHY_LASTING[way.vendor] : undefined;
  if (lasting !== undefined) return notApplicable(roleOf(store) === 'rejected' ? STAYS_REJECTED : lasting);
  return { kind: 'entry', distrusts: way.vendor === 'distrust' && (shipped || listed === true) };
}
