import type { CatalogueRoot } from '../catalogue/root-catalogue.ts';
import type { CertificateFacts } from '../types.ts';
import type { AnchorClass, ClassificationContext } from './anchor-class.ts';
import { claimedVendor } from './interception-vendors.ts';
import { KNOWN_BAD_KEYS } from './known-bad.ts';
import { type DesktopShape, looksLikeShotgridDesktop, SHOTGRID_DESKTOP } from './shotgrid-desktop.ts';
import { VENDOR_ROOTS, VENDOR_ROOTS_BY_SHA1 } from './vendor-roots.ts';

/** What of a certificate decides its class. */
export type ClassifiedFacts = Pick<CertificateFacts, 'sha256' | 'sha1' | 'spkiSha256' | keyof DesktopShape>;

type Finding = Omit<AnchorClass, 'saysItIs'>;

const UNKNOWN: Finding = {
  kind: 'unknown',
  evidence: 'none',
  name: null,
  entered: null,
  left: null,
  note: null,
};

/**
 * What is known of an anchor. By SHA-256 of its DER, then by its key; never by serial, and its own words only ever make it suspect
 * (trust-stores.md §10). A bad key outranks everything, approval included. Pure.
 */
export function classifyAnchor(facts: ClassifiedFacts, context: ClassificationContext): AnchorClass {
  const saysItIs = claimedVendor(facts.subject);
  const finding =
    knownBad(facts) ??
    publicCurrent(facts, context) ??
    approved(facts, context) ??
    sameKeyAsCurrent(facts, context) ??
    publicRemoved(facts, context) ??
    vendorRoot(facts) ??
    benign(facts, context) ??
    intercepting(saysItIs) ??
    cameWithTheSystem(context) ??
    UNKNOWN;
  return { ...finding, saysItIs };
}

function knownBad(facts: ClassifiedFacts): Finding | null {
  const known = KNOWN_BAD_KEYS.get(facts.spkiSha256);
  return known === undefined ? null : { ...UNKNOWN, kind: 'knownBad', evidence: 'key', ...known };
}

function publicCurrent({ sha256 }: ClassifiedFacts, { catalogue }: ClassificationContext): Finding | null {
  const root = catalogue.bySha256(sha256);
  return root?.left !== null
    ? null
    : { ...UNKNOWN, ...datesOf(root), kind: 'publicCurrent', evidence: 'fingerprint' };
}

function approved({ sha256 }: ClassifiedFacts, context: ClassificationContext): Finding | null {
  if (!context.approved.has(sha256)) return null;
  return { ...UNKNOWN, ...datesOf(context.catalogue.bySha256(sha256)), kind: 'approved', evidence: 'policy' };
}

/** A cross-signed or renewed certificate of a root that is in: it vouches for what that root signs. */
function sameKeyAsCurrent(facts: ClassifiedFacts, { catalogue }: ClassificationContext): Finding | null {
  const root = catalogue.bySpki(facts.spkiSha256);
  if (root?.left !== null) return null;
  const itself = catalogue.bySha256(facts.sha256);
  return { ...UNKNOWN, ...datesOf(itself ?? root), kind: 'publicCurrent', evidence: 'key' };
}

function publicRemoved(facts: ClassifiedFacts, { catalogue }: ClassificationContext): Finding | null {
  const itself = catalogue.bySha256(facts.sha256);
  const root = itself ?? catalogue.bySpki(facts.spkiSha256);
  if (root === null) return null;
  const evidence = itself === null ? 'key' : 'fingerprint';
  return { ...UNKNOWN, ...datesOf(root), kind: 'publicRemoved', evidence };
}

function vendorRoot(facts: ClassifiedFacts): Finding | null {
  const name = VENDOR_ROOTS.get(facts.sha256) ?? VENDOR_ROOTS_BY_SHA1.get(facts.sha1);
  return name === undefined
    ? null
    : { ...UNKNOWN, kind: 'operatingSystemVendor', evidence: 'fingerprint', name };
}

function benign(facts: ClassifiedFacts, { origin }: ClassificationContext): Finding | null {
  if (origin !== 'user' || !looksLikeShotgridDesktop(facts)) return null;
  return { ...UNKNOWN, kind: 'knownBenign', evidence: 'shape', ...SHOTGRID_DESKTOP };
}

function intercepting(saysItIs: string | null): Finding | null {
  return saysItIs === null ? null : { ...UNKNOWN, kind: 'interception', evidence: 'name' };
}

function cameWithTheSystem({ origin }: ClassificationContext): Finding | null {
  return origin === 'vendor' ? { ...UNKNOWN, kind: 'operatingSystemVendor', evidence: 'origin' } : null;
}

function datesOf(root: CatalogueRoot | null): Pick<Finding, 'name' | 'entered' | 'left'> {
  return root === null
    ? { name: null, entered: null, left: null }
    : { name: root.subject, entered: root.entered, left: root.left };
}
