import type { AnchorOrigin } from '@trustfleet/protocol';
import type { RootCatalogue, ReleaseMark } from '../catalogue/root-catalogue.ts';

/**
 * What is known of an anchor, the first that holds: `knownBad` (its private key is public, or it was made to read other people's traffic),
 * `publicCurrent` (in certifi's newest list), `approved` (by policy), `publicRemoved` (was in certifi's list), `knownBenign`
 * (self-signed, of one program, signs nothing), `interception` (it *says* it is of a product that opens TLS), `operatingSystemVendor`
 * (came with the system, not in the public list), `unknown`.
 */
export const ANCHOR_CLASSES = [
  'knownBad',
  'publicCurrent',
  'approved',
  'publicRemoved',
  'knownBenign',
  'interception',
  'operatingSystemVendor',
  'unknown',
] as const;
export type AnchorClassName = (typeof ANCHOR_CLASSES)[number];

/**
 * What the class rests on: the certificate's fingerprint, its key (another certificate of the same key), the store it came from, a policy,
 * or only its own words, which anybody can write.
 */
export type AnchorEvidence = 'fingerprint' | 'key' | 'policy' | 'origin' | 'shape' | 'name' | 'none';

/** Plain JSON. */
export interface AnchorClass {
  readonly kind: AnchorClassName;
  readonly evidence: AnchorEvidence;
  /** What it is known as: the public root, the bad or benign thing. Null where only its own words say. */
  readonly name: string | null;
  /** Maker of a TLS-opening product that its own words name, whatever the class. A claim: nothing is trusted by it. */
  readonly saysItIs: string | null;
  /** Of a root that is or was public: the certifi release it came with. */
  readonly entered: ReleaseMark | null;
  /** The first certifi release without it; null while it is in. */
  readonly left: ReleaseMark | null;
  /** One English sentence on why it is bad or harmless, with what to do; null for the rest. */
  readonly note: string | null;
}

export interface ClassificationContext {
  readonly catalogue: RootCatalogue;
  /** SHA-256 of DER, lower-case hex, of the anchors that policy approves. */
  readonly approved: ReadonlySet<string>;
  /** What the store says of who put it there; null where it says nothing. */
  readonly origin: AnchorOrigin | null;
}
