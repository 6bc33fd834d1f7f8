import { CertificateParseError } from './certificate-parse-error.ts';
import { subjectHash } from './x509/subject-hash.ts';

/*
 * The rules by which OpenSSL looks an anchor up in a directory (X509_LOOKUP_hash_dir(3)): `<hash>.0`, `<hash>.1` and so on, up to the
 * first that is not there. Whoever opens the files has them (libs/trust-stores, libs/python).
 */

const ENTRY = /^([0-9a-f]{8})\.(\d{1,4})$/;

/** Names that a look-up may open, by hash and in the order of their numbers; all others are ignored. */
export function namesByHash(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, { name: string; number: number }[]>();
  for (const name of names) {
    const [, hash, number] = ENTRY.exec(name) ?? [];
    if (hash === undefined) continue;
    const group = groups.get(hash) ?? [];
    group.push({ name, number: Number(number) });
    groups.set(hash, group);
  }
  return new Map(
    [...groups].map(([hash, entries]) => [
      hash,
      entries.toSorted((a, b) => a.number - b.number).map(({ name }) => name),
    ]),
  );
}

/** How many of one hash's names, in order, a look-up reaches: it counts up from 0 and ends at the first name that leads nowhere. */
export function reachedNames(
  hash: string,
  names: readonly string[],
  leadsNowhere: (name: string) => boolean,
): number {
  const end = names.findIndex((name, number) => name !== `${hash}.${number}` || leadsNowhere(name));
  return end === -1 ? names.length : end;
}

/** What stands behind a name of `hash` and is found under it: a certificate of another subject is not. */
export function certificatesOfHash<T extends { readonly der: Uint8Array }>(
  hash: string,
  certificates: readonly T[],
): readonly T[] {
  return certificates.filter(({ der }) => hashOrNull(der) === hash);
}

/** Null for what only OpenSSL can read: it has no name that we could look up. */
function hashOrNull(der: Uint8Array): string | null {
  try {
    return subjectHash(der);
  } catch (error) {
    if (error instanceof CertificateParseError) return null;
    throw error;
  }
}
