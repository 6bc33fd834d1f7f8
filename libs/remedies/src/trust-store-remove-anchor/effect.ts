import type { HostFacts } from '@trustfleet/policy';
import type { LocalAnchor, PlanChange, TrustStore } from '@trustfleet/protocol';
import { sha256Hex } from '@trustfleet/certificates';
import { anchorFileContent, anchorFileName } from '../anchor-stores/anchor-file.ts';
import {
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
  storeIn,
  wayOf,
  whyNoStore,
  type NotApplicable,
} from '../anchor-stores/target.ts';
import type { RemedyContext, RemedyEffect } from '../types.ts';

interface Removal extends RemedyContext {
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
  context: RemedyContext,
): RemedyEffect {
  if (context.certificate.sha256 !== anchor)
    return notApplicable('The certificate at hand is not the one that the order names.');
  const store = storeIn(facts, reference);
  if (store === null) return notApplicable(whyNoStore(reference));
  const held = isIn(store, anchor) || store.bundle.anchors.includes(anchor);
  if (!held && holdersOf(store, anchor).length === 0) return { kind: 'none' };
  const way = wayOf(store);
  if (way.kind === 'notApplicable') return way;
  const last = whyLast(store, way, anchor);
  if (last !== null) return notApplicable(last);
  const removal = { ...context, facts, store };
  return way.kind === 'file' ? removeFile(removal, way) : removeEntry(removal, way);
}

/** A PEM file without a certificate is one that no program loads: each that names it would fail at its start. */
function whyLast({ name, driver, bundle }: TrustStore, way: AnchorWay, anchor: string): string | null {
  const isFile = way.kind === 'file' || driver === 'bundle';
  return isFile && bundle.anchors.includes(anchor) && bundle.anchors.length === 1
    ? `It is the only anchor of ${name}: programs refuse ${bundle.path} when it is empty. Add the one that takes its place first.`
    : null;
}

interface FileRemoval {
  /** Files of the anchor directory that hold exactly this certificate. */
  readonly holders: readonly LocalAnchor[];
  /** Does the system ship it as well, or alone? */
  readonly shipped: boolean;
}

function removeFile(removal: Removal, way: FileWay): RemedyEffect {
  const { store, certificate } = removal;
  const work = whatToRemove(removal);
  if ('kind' in work) return work;
  const obstacle = rebuildObstacle(
    store,
    way,
    work.holders.map(({ path }) => path),
  );
  if (obstacle !== null) return notApplicable(obstacle);
  const exclusion = work.shipped ? excluded(removal, way) : null;
  return {
    kind: 'change',
    facts: withoutFiles(removal, work, exclusion),
    changes: [
      ...work.holders.map((holder) => removedFileLine(removal, holder)),
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

function whatToRemove({ store, certificate, host }: Removal): FileRemoval | NotApplicable {
  const holders = holdersOf(store, certificate.sha256);
  const mixed = holders.find(({ problem }) => problem !== null);
  if (mixed !== undefined)
    return notApplicable(
      `${mixed.path} brings this certificate and is not removed as a whole, since it ${mixed.problem ?? ''}. Take the certificate out of it by hand.`,
    );
  const vendor = entriesOf(store, certificate.sha256).some(
    ({ origin, trust }) => origin === 'vendor' && trust === 'servers',
  );
  const shipped = host === undefined ? vendor || holders.length === 0 : host.deselected !== null || vendor;
  if (holders.length === 0 && !shipped)
    return notApplicable(
      `Nothing was found that brings this certificate into ${store.bundle.path} by itself: no file of ${store.anchorDirectory ?? 'the anchor directory'} and no line of the system's selection. Find the file that holds it among others, and take it out by hand.`,
    );
  return { holders, shipped };
}

interface Excluded {
  readonly change: PlanChange;
  readonly trust: 'deselected' | 'distrusted';
  readonly location: string;
}

/** What the system ships, left out by its own means. */
function excluded({ store, certificate, host }: Removal, way: FileWay): Excluded {
  const { exclusion } = way;
  if (exclusion.kind === 'deselect') {
    const location = onHost(store, way, exclusion.file);
    return {
      change: { kind: 'changeFile', path: location, sha256: host?.deselected ?? null },
      trust: 'deselected',
      location,
    };
  }
  const directory = onHost(store, way, exclusion.directory);
  const location = inDirectory(directory, anchorFileName(certificate.sha256, way));
  return { change: fileLine(location, certificate), trust: 'distrusted', location };
}

function withoutFiles(
  { facts, store, certificate }: Removal,
  { holders }: FileRemoval,
  exclusion: Excluded | null,
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

function removeEntry({ facts, store, certificate }: Removal, way: EntryWay): RemedyEffect {
  const { sha256: anchor } = certificate;
  const copies = entriesOf(store, anchor);
  const policy = copies.find(({ origin }) => origin === 'policy');
  if (way.policyOwned && policy !== undefined)
    return notApplicable(
      `A central policy (${policy.location ?? store.name}) puts this certificate into ${store.name} and would bring it back: take it out of that policy.`,
    );
  const shipped = copies.some(({ origin }) => origin === 'vendor');
  if (shipped && way.vendor === 'returns')
    return notApplicable(
      `Windows ships this certificate and brings it back when it is removed. To have programs reject it, add it to the store ${WINDOWS_REJECTED} (trustStore.addAnchor).`,
    );
  const distrusts = shipped && way.vendor === 'distrust';
  return {
    kind: 'change',
    facts: withStore(facts, store, {
      localAnchors: store.localAnchors,
      anchors: store.bundle.anchors.filter((held) => held !== anchor),
      entries: withEntry(
        store.entries,
        anchor,
        distrusts ? { trust: 'distrusted', origin: 'local', location: null } : null,
      ),
    }),
    changes: [distrusts ? distrustedLine(store, certificate) : removedLine(store, certificate)],
    remark: roleOf(store) === 'rejected' ? 'Programs stop rejecting what it signs.' : null,
  };
}
