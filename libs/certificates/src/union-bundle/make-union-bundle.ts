import { describeCertificate } from '../describe-certificate.ts';
import { sha256Hex } from '../encoding.ts';
import type { CertificateFacts } from '../types.ts';
import type { RootOrigin, UnionBundle, UnionParts, UnionRoot } from './types.ts';

/** A file with fewer roots is the vendor's fix done wrong: it takes everything else away (failures.md §11.4). */
const MIN_ROOTS = 2;
/** Some hundred are usual; the protocol's `bundleFile` tells at most 5000. */
const MAX_ROOTS = 2000;
const MAX_COMMENT = 160;
const HEAD =
  '# Union bundle of Trustfleet: public roots and those of the studio. Changes made here are lost.\n';

interface Placed {
  readonly facts: CertificateFacts;
  readonly origins: RootOrigin[];
}

/**
 * One file from which every program of a machine can verify what it has to (failures.md §11.2): what is public, what is kept, what is the
 * studio's. Deterministic: neither the order of the parts nor duplicates in them matter. Throws `CertificateParseError` for what is no
 * certificate.
 */
export function makeUnionBundle({ publicList, kept, studio, at }: UnionParts): UnionBundle {
  const placed = new Map<string, Placed>();
  place(placed, publicList, 'publicList');
  place(placed, kept, 'kept');
  place(placed, studio, 'studio');
  const all = [...placed.values()].sort(inFileOrder);
  const useless = all.find(({ facts, origins }) => origins.includes('studio') && !facts.isAuthority);
  if (useless !== undefined)
    return refused(`${useless.facts.subject} is no CA certificate: it cannot vouch for any server.`);
  const valid = all.filter(({ facts }) => facts.notAfter > at);
  const refusal = numberRefusal(valid.length, all.length);
  if (refusal !== null) return refused(refusal);
  const bytes = new TextEncoder().encode(`${HEAD}${valid.map(({ facts }) => block(facts)).join('')}`);
  return {
    kind: 'made',
    bytes,
    sha256: sha256Hex(bytes),
    roots: valid.map(rootOf),
    expired: all.filter(({ facts }) => facts.notAfter <= at).map(rootOf),
  };
}

const refused = (reason: string): UnionBundle => ({ kind: 'refused', reason });

function numberRefusal(valid: number, all: number): string | null {
  if (valid > MAX_ROOTS) return `It would hold ${valid} roots; more than ${MAX_ROOTS} are refused.`;
  if (valid >= MIN_ROOTS) return null;
  const expired = all > valid ? `, ${all - valid} others have expired` : '';
  return `It would hold ${valid === 0 ? 'no root' : 'a single root'}${expired}: programs that are pointed at it would verify nothing else. Take a public list into it.`;
}

function place(placed: Map<string, Placed>, ders: readonly Uint8Array[], origin: RootOrigin): void {
  for (const der of ders) {
    const sha256 = sha256Hex(der);
    const known = placed.get(sha256);
    if (known === undefined) placed.set(sha256, { facts: describeCertificate(der), origins: [origin] });
    else if (!known.origins.includes(origin)) known.origins.push(origin);
  }
}

/** Of equal subjects the one that lasts longest comes first: OpenSSL before 1.1 takes the first one and looks no further. */
function inFileOrder({ facts: a }: Placed, { facts: b }: Placed): number {
  if (a.subject !== b.subject) return a.subject < b.subject ? -1 : 1;
  const later = b.notAfter.getTime() - a.notAfter.getTime();
  return later !== 0 ? later : a.sha256 < b.sha256 ? -1 : 1;
}

const rootOf = ({ facts: { sha256, subject, notAfter }, origins }: Placed): UnionRoot => ({
  ...{ sha256, subject, notAfter },
  origins,
});

const block = ({ subject, sha256, pem }: CertificateFacts): string =>
  `\n# ${asciiComment(subject)}\n# SHA-256 ${sha256}\n${pem}`;

/**
 * A subject is whatever its maker wrote: in a comment it must neither end the line nor look like the beginning of a block to any reader
 * (some search for it within lines, OpenSSL cuts lines at 254 characters), and programs that read the file as ASCII must not stumble.
 */
function asciiComment(subject: string): string {
  const shown = subject
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replaceAll(/-{2,}/g, '-');
  return shown.length <= MAX_COMMENT ? shown : `${shown.slice(0, MAX_COMMENT - 3)}...`;
}
