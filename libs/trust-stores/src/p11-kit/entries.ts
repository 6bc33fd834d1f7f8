import { CertificateParseError, describeCertificate } from '@trustfleet/certificates';
import { clip, type StoreEntry } from '@trustfleet/protocol';
import type { P11Standing } from './judge.ts';

const MAX_ENTRIES = 5000;

/**
 * What is worth a word beside the bundle: whatever an administrator put there, whatever does not vouch for TLS servers, and what is in the
 * bundle from nowhere. The extracted bundle decides what is trusted, since it is what programs load; the sources say why.
 */
export function entriesOf(standings: readonly P11Standing[], seen: SeenBundle): StoreEntry[] {
  const foreign = seen.foreign.map((anchor): StoreEntry => ({
    ...{ anchor, trust: 'servers', origin: 'unknown', name: null },
    ...{ location: clip(seen.path, 4096), purposes: null },
  }));
  return [...sourceEntries(standings, seen.anchors), ...foreign]
    .toSorted((a, b) => (a.anchor < b.anchor ? -1 : 1))
    .slice(0, MAX_ENTRIES);
}

/** The extracted bundle beside the sources. */
export interface SeenBundle {
  readonly path: string;
  readonly anchors: ReadonlySet<string>;
  /** Those that no source has. */
  readonly foreign: readonly string[];
}

function sourceEntries(standings: readonly P11Standing[], bundle: ReadonlySet<string>): StoreEntry[] {
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
    }));
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
