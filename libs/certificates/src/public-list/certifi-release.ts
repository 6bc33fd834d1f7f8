import type { ReleaseMark, RootCatalogue } from '../catalogue/root-catalogue.ts';
import { sha256Hex } from '../encoding.ts';
import type { PublicList } from './types.ts';

export const nameOfRelease = ({ version }: ReleaseMark): string => `certifi ${version}`;

/** The newest release of certifi with just these roots; null where there was none. */
export function releaseOf(certificates: readonly Uint8Array[], catalogue: RootCatalogue): ReleaseMark | null {
  const digests = new Set(certificates.map(sha256Hex));
  const same = (version: string): boolean => {
    const roots = catalogue.rootsOf(version)?.roots ?? [];
    return roots.length === digests.size && roots.every(({ sha256 }) => digests.has(sha256));
  };
  return catalogue.releases.findLast(({ version }) => same(version)) ?? null;
}

/**
 * The list that a release of this product brings: the newest one that its catalogue knows, out of roots that are at hand (Node carries
 * Mozilla's, `tls.rootCertificates`); null where one of them is not.
 */
export function releaseList(
  atHand: readonly Uint8Array[],
  { catalogue }: { readonly catalogue: RootCatalogue },
): PublicList | null {
  const ders = new Map(atHand.map((der) => [sha256Hex(der), der]));
  const { newest } = catalogue;
  const certificates = (catalogue.rootsOf(newest.version)?.roots ?? []).map(({ sha256 }) => ders.get(sha256));
  if (certificates.length === 0 || certificates.includes(undefined)) return null;
  return {
    name: nameOfRelease(newest),
    published: newest.date,
    certificates: certificates.filter((der) => der !== undefined),
  };
}
