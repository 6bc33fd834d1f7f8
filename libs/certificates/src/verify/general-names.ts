import { CertificateParseError } from '../certificate-parse-error.ts';
import { children, content, type DerElement } from '../x509/der.ts';
import { type CanonicalName, canonicalName } from './canonical-name.ts';

/** GeneralName (RFC 5280 §4.2.1.6). Text is IA5, one character a byte. */
export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly text: string }
  | { readonly kind: 'address'; readonly bytes: Uint8Array }
  | { readonly kind: 'directory'; readonly name: CanonicalName }
  /** `tag` tells the others apart: otherName 0xa0, x400 0xa3, ediParty 0xa5, registeredID 0x88. */
  | { readonly kind: 'other'; readonly tag: number };

/** One subtree of name constraints (RFC 5280 §4.2.1.10). */
export interface Subtree {
  readonly base: GeneralName;
  /** Has a minimum that is not 0, or a maximum: no profile allows that. */
  readonly bounded: boolean;
}

export interface NameConstraintTrees {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

const TEXT_KINDS: Readonly<Record<number, 'email' | 'dns' | 'uri'>> = {
  0x81: 'email',
  0x82: 'dns',
  0x86: 'uri',
};
const ADDRESS = 0x87;
const DIRECTORY = 0xa4;
const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;
const MINIMUM = 0x80;
const MAXIMUM = 0x81;

/** Throws CertificateParseError. */
export function generalName(element: DerElement): GeneralName {
  const kind = TEXT_KINDS[element.tag];
  if (kind !== undefined) return { kind, text: Buffer.from(content(element)).toString('latin1') };
  if (element.tag === ADDRESS) return { kind: 'address', bytes: content(element) };
  if (element.tag !== DIRECTORY) return { kind: 'other', tag: element.tag };
  const [name] = children(element);
  if (name === undefined) throw new CertificateParseError('a directory name without a name');
  return { kind: 'directory', name: canonicalName(name) };
}

/** Throws CertificateParseError. */
export function nameConstraintTrees(value: DerElement): NameConstraintTrees {
  const parts = children(value);
  const trees = (tag: number): Subtree[] =>
    parts.filter((part) => part.tag === tag).flatMap((part) => children(part).map(subtree));
  return { permitted: trees(PERMITTED), excluded: trees(EXCLUDED) };
}

function subtree(element: DerElement): Subtree {
  const [base, ...bounds] = children(element);
  if (base === undefined) throw new CertificateParseError('a subtree without a base');
  const bounded = bounds.some(
    (bound) => bound.tag === MAXIMUM || (bound.tag === MINIMUM && content(bound).some((byte) => byte !== 0)),
  );
  return { base: generalName(base), bounded };
}
