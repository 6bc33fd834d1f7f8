import type { AnchorClass, AnchorClassName } from '@trustfleet/certificates';

/** What a person looks for first. */
export const BY_CONCERN: readonly AnchorClassName[] = [
  'knownBad',
  'interception',
  'unknown',
  'publicRemoved',
  'knownBenign',
  'operatingSystemVendor',
  'approved',
  'publicCurrent',
];

const WORDS: Record<AnchorClassName, (anchor: AnchorClass) => string> = {
  knownBad: ({ name }) => `KNOWN BAD: ${name ?? ''}`,
  publicCurrent: ({ evidence }) =>
    evidence === 'key' ? 'public, current: another certificate of the same key' : 'public, current',
  approved: () => 'approved',
  publicRemoved: ({ left, evidence }) =>
    `left the public list on ${left?.date ?? '?'} (certifi ${left?.version ?? '?'})${evidence === 'key' ? ', another certificate of the same key' : ''}`,
  knownBenign: ({ name }) => `known, harmless: ${name ?? ''}`,
  interception: ({ saysItIs }) => `says it is ${saysItIs ?? '?'}, which opens TLS`,
  operatingSystemVendor: () => 'from the maker of the system',
  unknown: () => 'unknown',
};

/** One phrase on what is known of an anchor; of our own words alone. */
export function classWords(anchor: AnchorClass | null): string {
  if (anchor === null) return 'cannot be read';
  const claim =
    anchor.saysItIs === null || anchor.kind === 'interception' ? '' : `, says it is ${anchor.saysItIs}`;
  return `${WORDS[anchor.kind](anchor)}${claim}`;
}
