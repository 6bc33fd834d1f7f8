import type { RootCatalogue } from '../catalogue/root-catalogue.ts';
import { parseBundle } from '../parse-bundle.ts';
import { sha256Hex } from '../encoding.ts';
import { nameOfRelease, releaseOf } from './certifi-release.ts';
import { publishedInHeader } from './file-header.ts';
import type { PublicList, PublicListReading } from './types.ts';
import { caFileOfWheel, isZip } from './wheel.ts';
import { ZipRefusedError } from './zip-members.ts';

/** A wheel of certifi has some 150 KiB, cacert.pem some 250. */
export const MAX_PUBLIC_LIST_BYTES = 4 * 1024 * 1024;
/** No list of Mozilla's had fewer than 100: a short one is a piece of one, or a studio's own file. */
const MIN_ROOTS = 50;
const MAX_ROOTS = 1000;

/**
 * Reads what an administrator uploads as the public list: a wheel of certifi, or a cacert.pem. What a wheel says of itself is checked:
 * its own record, and where the catalogue knows that release, its roots. Never throws for a bad file.
 */
export async function readPublicList(
  bytes: Uint8Array,
  { catalogue }: { readonly catalogue: RootCatalogue },
): Promise<PublicListReading> {
  if (bytes.length > MAX_PUBLIC_LIST_BYTES)
    return refused(`It is larger than ${MAX_PUBLIC_LIST_BYTES} bytes, which no list of public roots is.`);
  if (!isZip(bytes)) return readFile(bytes, catalogue);
  try {
    const wheel = await caFileOfWheel(bytes);
    return ofWheel(wheel.version, readCertificates(wheel.caFile), catalogue);
  } catch (error) {
    if (error instanceof ZipRefusedError) return refused(error.message);
    throw error;
  }
}

const refused = (reason: string): PublicListReading => ({ kind: 'refused', reason });
const read = (list: PublicList): PublicListReading => ({ kind: 'read', list });

function readFile(bytes: Uint8Array, catalogue: RootCatalogue): PublicListReading {
  const certificates = readCertificates(bytes);
  if (typeof certificates === 'string') return refused(certificates);
  const release = releaseOf(certificates, catalogue);
  if (release !== null) return read({ name: nameOfRelease(release), published: release.date, certificates });
  const published = publishedInHeader(bytes);
  return read({ name: published === null ? null : `cacert.pem ${published}`, published, certificates });
}

function ofWheel(
  version: string,
  certificates: readonly Uint8Array[] | string,
  catalogue: RootCatalogue,
): PublicListReading {
  if (typeof certificates === 'string') return refused(`certifi/cacert.pem in it: ${certificates}`);
  const known = catalogue.rootsOf(version);
  if (known === null) {
    const published = version.replaceAll('.', '-').slice(0, 10);
    return read({ name: `certifi ${version}`, published, certificates });
  }
  const digests = new Set(certificates.map(sha256Hex));
  const same = digests.size === known.roots.length && known.roots.every(({ sha256 }) => digests.has(sha256));
  if (!same)
    return refused(
      `It calls itself certifi ${known.release.version}, and does not hold the roots of that release: do not use it, and ask where it comes from.`,
    );
  return read({ name: nameOfRelease(known.release), published: known.release.date, certificates });
}

/** DER of every certificate, each once; or why the file is no list. */
function readCertificates(bytes: Uint8Array): Uint8Array[] | string {
  const { state, certificates, problems, opensslAccepts, anchors } = parseBundle(bytes);
  const [problem] = problems;
  if (state !== 'read' || !opensslAccepts || problem !== undefined)
    return `It is no bundle that programs load${problem === undefined ? '' : ` (line ${problem.line}: ${problem.reason})`}.`;
  const ders = new Map(certificates.map(({ sha256, der }) => [sha256, der]));
  if (anchors.length < ders.size) return 'Some of its certificates are not for TLS servers.';
  if (ders.size < MIN_ROOTS)
    return `It holds ${ders.size} certificates; a list of public roots has at least ${MIN_ROOTS}. Studio roots are added on their own.`;
  if (ders.size > MAX_ROOTS) return `It holds ${ders.size} certificates; more than ${MAX_ROOTS} are refused.`;
  return [...ders.values()];
}
