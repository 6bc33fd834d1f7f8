import type { HostDetail } from '@trustfleet/api';
import type { AnchorTrust, StoreEntry, TrustStore } from '@trustfleet/protocol';

export type AnchorFilter = 'all' | 'notable' | 'local' | 'required';
type Certificate = HostDetail['certificates'][string];

export interface AnchorRow {
  readonly sha256: string;
  /** Null until the server holds the certificate. */
  readonly certificate: Certificate | null;
  /** What the store lets it vouch for. */
  readonly trust: AnchorTrust;
  /** What the store itself says of it; null where it says nothing. */
  readonly entry: StoreEntry | null;
  /** Someone put it on this machine. */
  readonly local: boolean;
  readonly required: boolean;
}

export interface AnchorRowSources {
  readonly store: TrustStore;
  readonly certificates: HostDetail['certificates'];
  readonly required: ReadonlySet<string>;
}

/** One row for each anchor of a store, those that vouch for no server too: added on this machine first, then by subject. */
export function anchorRows({ store, certificates, required }: AnchorRowSources): readonly AnchorRow[] {
  const local = new Set(store.localAnchors.map((item) => item.anchor).filter((anchor) => anchor !== null));
  const entries = new Map((store.entries ?? []).map((entry) => [entry.anchor, entry]));
  const name = (row: AnchorRow): string =>
    row.certificate?.commonName ?? row.certificate?.subject ?? '\uffff';
  return [...new Set([...store.bundle.anchors, ...entries.keys()])]
    .map((sha256) => {
      const entry = entries.get(sha256) ?? null;
      return {
        sha256,
        certificate: certificates[sha256] ?? null,
        trust: entry?.trust ?? ('servers' as const),
        entry,
        local: local.has(sha256) || entry?.origin === 'local',
        required: required.has(sha256),
      };
    })
    .toSorted((a, b) => Number(b.local) - Number(a.local) || name(a).localeCompare(name(b), 'en'));
}

/** Classes that nobody has to look at: public, approved, or the system's own. */
const QUIET: ReadonlySet<Certificate['class']['kind']> = new Set([
  'publicCurrent',
  'approved',
  'operatingSystemVendor',
  'knownBenign',
]);

function isNotable({ certificate, trust }: AnchorRow): boolean {
  return trust !== 'servers' || (certificate !== null && !QUIET.has(certificate.class.kind));
}

const PASSES: Readonly<Record<AnchorFilter, (row: AnchorRow) => boolean>> = {
  all: () => true,
  notable: isNotable,
  local: (row) => row.local,
  required: (row) => row.required,
};

function holdsText({ sha256, certificate }: AnchorRow, words: string): boolean {
  const digits = words.replaceAll(/[\s:]/g, '');
  if (sha256.includes(digits)) return true;
  if (certificate === null) return false;
  return (
    `${certificate.subject}\n${certificate.issuer}`.toLowerCase().includes(words) ||
    certificate.sha1.toLowerCase().includes(digits)
  );
}

/** Rows whose subject, issuer or fingerprint (with or without colons and spaces) holds the text. */
export function filterAnchors(
  rows: readonly AnchorRow[],
  { text, filter }: { readonly text: string; readonly filter: AnchorFilter },
): readonly AnchorRow[] {
  const words = text.trim().toLowerCase();
  return rows.filter((row) => PASSES[filter](row) && (words === '' || holdsText(row, words)));
}
