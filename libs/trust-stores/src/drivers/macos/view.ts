import { createHash } from 'node:crypto';
import { CertificateParseError, describeCertificate } from '@trustfleet/certificates';
import type { StoreEntry } from '@trustfleet/protocol';
import type { MacosLayout } from './layout.ts';
import type { KeychainCertificate } from './tools.ts';
import { purposesOf, verdictOf, type TrustSettings } from './trust-settings.ts';

/** All that was read of the machine. */
export interface MacosFacts {
  readonly roots: readonly KeychainCertificate[];
  readonly system: readonly KeychainCertificate[];
  /** Settings of the admin domain come before those of the maker's. */
  readonly admin: TrustSettings;
  readonly maker: TrustSettings;
  readonly policy: ReadonlySet<string>;
}

export interface MacosAnchor {
  readonly der: Uint8Array;
  readonly entry: StoreEntry;
}

/** Every certificate of the keychains with what the trust settings make of it. Sorted by digest. Pure. */
export function viewOf(facts: MacosFacts, layout: MacosLayout): MacosAnchor[] {
  const roots = new Set(facts.roots.map(({ sha256 }) => sha256));
  const all = new Map([...facts.system, ...facts.roots].map(({ sha256, der }) => [sha256, der]));
  return [...all]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([sha256, der]) => {
      const shipped = roots.has(sha256);
      const entry: StoreEntry = {
        anchor: sha256,
        ...standingOf(der, { facts, shipped }),
        origin: shipped ? 'vendor' : facts.policy.has(sha256) ? 'policy' : 'local',
        name: null,
        location: shipped ? layout.rootKeychain : layout.systemKeychain,
      };
      return { der, entry };
    });
}

function standingOf(
  der: Uint8Array,
  { facts, shipped }: { facts: MacosFacts; shipped: boolean },
): Pick<StoreEntry, 'trust' | 'purposes'> {
  const sha1 = sha1Of(der);
  const admin = facts.admin.get(sha1);
  const maker = facts.maker.get(sha1);
  const selfSigned = admin === undefined && maker === undefined ? shipped : isSelfSigned(der);
  const verdict = [verdictOf(admin, selfSigned), verdictOf(maker, selfSigned)].find(
    (one) => one !== 'unspecified',
  );
  if (verdict === 'deny') return { trust: 'distrusted', purposes: null };
  const rules = admin ?? maker;
  if (verdict === 'trust')
    return { trust: 'servers', purposes: rules === undefined ? null : purposesOf(rules) };
  // The maker's roots are trusted as they are; a certificate of the System keychain only where a setting says so.
  if (shipped) return { trust: 'servers', purposes: null };
  return { trust: 'otherPurposes', purposes: rules === undefined ? [] : (purposesOf(rules) ?? []) };
}

export function sha1Of(der: Uint8Array): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}

function isSelfSigned(der: Uint8Array): boolean {
  try {
    return describeCertificate(der).selfSigned;
  } catch (error) {
    if (error instanceof CertificateParseError) return false;
    throw error;
  }
}
