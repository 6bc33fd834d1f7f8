import { type AnchorSet, createAnchorSet } from '@trustfleet/certificates';
import type { DiagnosisFacts } from '../facts.ts';

/** Some anchors of which not every certificate may be held. */
export interface HeldAnchors {
  readonly set: AnchorSet;
  /** How many are known by their fingerprint alone. */
  readonly missing: number;
}

/** Certificates of one set of facts: the same bytes for one fingerprint every time, so that each is read once. */
export interface HeldCertificates {
  certificate(sha256: string): Uint8Array | null;
  /** Equal arrays are one set; so is one array asked for again. */
  anchors(sha256s: readonly string[]): HeldAnchors;
  /** Every anchor of every bundle and store, and everything that was presented. */
  readonly everything: AnchorSet;
}

export function holdCertificates(facts: DiagnosisFacts): HeldCertificates {
  const ders = new Map<string, Uint8Array | null>();
  const sets = new WeakMap<readonly string[], HeldAnchors>();
  let everything: AnchorSet | null = null;
  const certificate = (sha256: string): Uint8Array | null => {
    let der = ders.get(sha256);
    if (der === undefined) {
      der = facts.certificate(sha256);
      ders.set(sha256, der);
    }
    return der;
  };
  const held = (sha256s: Iterable<string>): Uint8Array[] =>
    [...new Set(sha256s)].flatMap((sha256) => certificate(sha256) ?? []);
  return {
    certificate,
    anchors(sha256s) {
      const known = sets.get(sha256s);
      if (known !== undefined) return known;
      const found = held(sha256s);
      const made = { set: createAnchorSet(found), missing: new Set(sha256s).size - found.length };
      sets.set(sha256s, made);
      return made;
    },
    get everything() {
      everything ??= createAnchorSet(held(allAnchors(facts)));
      return everything;
    },
  };
}

function* allAnchors({ sections }: DiagnosisFacts): Generator<string> {
  for (const { anchors } of sections.bundles.bundles) yield* anchors;
  for (const { bundle, entries, localAnchors } of sections.trustStores.stores) {
    yield* bundle.anchors;
    for (const { anchor, trust } of entries ?? []) if (trust !== 'distrusted') yield anchor;
    for (const { anchor } of localAnchors) if (anchor !== null) yield anchor;
  }
}
