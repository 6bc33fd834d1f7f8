import type { HostFacts } from '@trustfleet/policy';
import type { LocalAnchor, TrustStore } from '@trustfleet/protocol';
import { anchorFileName } from '../anchor-stores/anchor-file.ts';
import { roleOf, type EntryWay, type FileWay } from '../anchor-stores/drivers.ts';
import { addedLine, fileLine, toolLine } from '../anchor-stores/plan-lines.ts';
import { withEntry, withFile, withStore } from '../anchor-stores/predict.ts';
import type { AnchorParameters } from '../anchor-stores/schema.ts';
import {
  entriesOf,
  holdersOf,
  inDirectory,
  isIn,
  notApplicable,
  rebuildObstacle,
  storeIn,
  wayOf,
  whyNoStore,
} from '../anchor-stores/target.ts';
import type { AnchorContext } from '../anchor-stores/context.ts';
import type { RemedyEffect } from '../types.ts';

interface Addition extends AnchorContext {
  readonly facts: HostFacts;
  readonly store: TrustStore;
}

/**
 * Puts the certificate into the store: as a file from which the store's tool makes what programs load, or as an entry. Refuses where
 * that would not help, or where the making would break a store that works.
 */
export function addAnchorEffect(
  facts: HostFacts,
  { anchor, store: reference }: AnchorParameters,
  context: AnchorContext,
): RemedyEffect {
  const { certificate } = context;
  if (certificate.sha256 !== anchor)
    return notApplicable('The certificate at hand is not the one that the order names.');
  const store = storeIn(facts, reference);
  if (store !== null && roleOf(store) !== 'rejected' && !certificate.isAuthority)
    return notApplicable(`${certificate.subject} is no CA certificate: it cannot vouch for any server.`);
  if (store === null) return notApplicable(whyNoStore(reference));
  if (isIn(store, anchor)) return { kind: 'none' };
  const way = wayOf(store);
  if (way.kind === 'notApplicable') return way;
  const hindrance = whyNoHelp(facts, store, anchor);
  if (hindrance !== null) return notApplicable(hindrance);
  const addition = { ...context, facts, store };
  return way.kind === 'file' ? addFile(addition, way) : addEntry(addition, way);
}

/** Who rejects it, so that an addition would change nothing; null for nobody. */
function whyNoHelp(facts: HostFacts, store: TrustStore, anchor: string): string | null {
  if (roleOf(store) === 'rejected') return null;
  const elsewhere = store.driver === 'windows' ? rejectedByWindows(facts, anchor) : null;
  if (elsewhere !== null) return elsewhere;
  const own = entriesOf(store, anchor).find(({ trust }) => trust === 'distrusted');
  if (own === undefined) return null;
  const place = own.location ?? own.name ?? store.bundle.path;
  return `${store.name} rejects this certificate (${place}), whatever else holds it: adding it would not help. Take that rejection away first.`;
}

/** What stands in a store of rejected certificates is rejected in every other one (trust-stores.md §6.2, Disallowed). */
function rejectedByWindows({ trustStores }: HostFacts, anchor: string): string | null {
  const rejecting = trustStores?.stores.find((store) => roleOf(store) === 'rejected' && isIn(store, anchor));
  return rejecting === undefined
    ? null
    : `${rejecting.name} holds this certificate, and Windows rejects what stands there, whatever else holds it: adding it would not help. Remove it from the store ${rejecting.id} first (trustStore.removeAnchor).`;
}

function addFile({ facts, store, certificate }: Addition, way: FileWay): RemedyEffect {
  const { anchorDirectory, name } = store;
  if (anchorDirectory === null) return notApplicable(`${name} has no directory that takes anchors.`);
  const file = inDirectory(anchorDirectory, anchorFileName(certificate.sha256, way));
  const obstacle = rebuildObstacle(store, way, [file]);
  if (obstacle !== null) return notApplicable(obstacle);
  const { sha256: anchor } = certificate;
  const present = holdersOf(store, anchor).length > 0;
  const localAnchors = present ? store.localAnchors : withFile(store.localAnchors, file, anchor);
  const deselected = entriesOf(store, anchor).find(({ trust }) => trust === 'deselected');
  return {
    kind: 'change',
    facts: withStore(facts, store, {
      localAnchors,
      anchors: [...store.bundle.anchors, anchor, ...rebuiltFrom(localAnchors)],
      entries:
        store.entries && deselected !== undefined ? withEntry(store.entries, anchor, null) : store.entries,
    }),
    changes: [
      ...(present ? [] : [fileLine(file, certificate)]),
      toolLine(way),
      addedLine(store, certificate),
    ],
    remark:
      deselected === undefined
        ? null
        : `The system ships this certificate, and this machine left it out (${deselected.location ?? 'its configuration'}). That stays as it is: the tool takes in what stands in ${anchorDirectory} all the same.`,
  };
}

const rebuiltFrom = (localAnchors: readonly LocalAnchor[]): string[] =>
  localAnchors.flatMap(({ anchor }) => anchor ?? []);

function addEntry({ facts, store, certificate }: Addition, { policyOwned }: EntryWay): RemedyEffect {
  const { sha256: anchor } = certificate;
  const policy = entriesOf(store, anchor).find(({ origin }) => origin === 'policy');
  if (policyOwned && policy !== undefined)
    return notApplicable(
      `A central policy (${policy.location ?? store.name}) puts this certificate into ${store.name} for other purposes than TLS servers. Change it there.`,
    );
  const role = roleOf(store);
  return {
    kind: 'change',
    facts: withStore(facts, store, {
      localAnchors: store.localAnchors,
      anchors: role === 'anchors' ? [...store.bundle.anchors, anchor] : store.bundle.anchors,
      entries: withEntry(store.entries, anchor, {
        trust: role === 'rejected' ? 'distrusted' : role === 'anchors' ? 'servers' : 'otherPurposes',
        origin: 'local',
        location: null,
      }),
    }),
    changes: [addedLine(store, certificate)],
    remark: null,
  };
}
