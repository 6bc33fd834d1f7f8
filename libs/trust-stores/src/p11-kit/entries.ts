import { CertificateParseError, describeCertificate } from '@trustfleet/certificates';
import { clip, type StoreEntry } from '@trustfleet/protocol';
import type { P11Standing } from './judge.ts';

const MAX_ENTRIES = 5000;

/**
 * What is worth a word beside the bundle: whatever an administrator put there, and whatever does not vouch for TLS servers. The extracted
 * bundle decides what is trusted, since it is what programs load; the sources say why.
 */
export function entriesOf(standings: readonly P11Standing[], bundle: ReadonlySet<string>): StoreEntry[] {
  return standings
    .filter(({ sha256, trust, origin }) =>
      bundle.has(sha256) ? origin === 'local' && trust === 'servers' : trust !== 'servers',
    )
    .map(({ sha256, trust, origin, label, path, purposes }) => ({
      anchor: sha256,
      trust,
      origin,
      name: label === null ? null : clip(label, 512),
      location: clip(path, 4096),
      purposes: purposes === null ? null : [...purposes],
    }))
    .slice(0, MAX_ENTRIES);
}

/** What the sources say and the bundle does not show yet; null when they agree. */
export function staleness(
  standings: readonly P11Standing[],
  bundle: { readonly path: string; readonly anchors: ReadonlySet<string>; readonly tool: string },
): string | null {
  const missing = standings.filter(({ sha256, trust }) => trust === 'servers' && !bundle.anchors.has(sha256));
  const left = standings.filter(
    ({ sha256, trust, path }) =>
      trust === 'distrusted' && bundle.anchors.has(sha256) && !path.includes('/blacklist/'),
  );
  const parts = [
    ...(missing.length === 0 ? [] : [`${missing.length} anchors of its sources are not in it`]),
    ...(left.length === 0 ? [] : [`${left.length} distrusted ones still are`]),
  ];
  if (parts.length === 0) return null;
  return clip(`${bundle.path} is out of date (${parts.join(', ')}): run ${bundle.tool}`, 512);
}

/** DER by digest of what the entries name, for those that OpenSSL reads as a certificate. */
export function certificatesOf(
  standings: readonly P11Standing[],
  entries: readonly StoreEntry[],
): [string, Uint8Array][] {
  const named = new Set(entries.map((entry) => entry.anchor));
  return standings
    .filter(({ sha256, der }) => named.has(sha256) && isReadable(der))
    .map(({ sha256, der }) => [sha256, der]);
}

function isReadable(der: Uint8Array): boolean {
  try {
    describeCertificate(der);
    return true;
  } catch (error) {
    if (error instanceof CertificateParseError) return false;
    throw error;
  }
}
