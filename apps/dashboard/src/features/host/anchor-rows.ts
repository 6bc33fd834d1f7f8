import type { HostDetail } from '@trustfleet/api';
import type { TrustStore } from '@trustfleet/protocol';

export type AnchorFilter = 'all' | 'local' | 'required';
type Certificate = HostDetail['certificates'][string];

export interface AnchorRow {
  readonly sha256: string;
  /** Null until the server holds the certificate. */
  readonly certificate: Certificate | null;
  /** Someone put it on this machine. */
  readonly local: boolean;
  readonly required: boolean;
}

export interface AnchorRowSources {
  readonly store: TrustStore;
  readonly certificates: HostDetail['certificates'];
  readonly required: ReadonlySet<string>;
}

/** One row for each anchor of a store: added on this machine first, then by subject. */
export function anchorRows({ store, certificates, required }: AnchorRowSources): readonly AnchorRow[] {
  const local = new Set(store.localAnchors.map((item) => item.anchor).filter((anchor) => anchor !== null));
  const name = (row: AnchorRow): string =>
    row.certificate?.commonName ?? row.certificate?.subject ?? '\uffff';
  return store.bundle.anchors
    .map((sha256) => ({
      sha256,
      certificate: certificates[sha256] ?? null,
      local: local.has(sha256),
      required: required.has(sha256),
    }))
    .toSorted((a, b) => Number(b.local) - Number(a.local) || name(a).localeCompare(name(b), 'en'));
}

const passesFilter = (row: AnchorRow, filter: AnchorFilter): boolean =>
  filter === 'all' || (filter === 'local' ? row.local : row.required);

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
  return rows.filter((row) => passesFilter(row, filter) && (words === '' || holdsText(row, words)));
}
