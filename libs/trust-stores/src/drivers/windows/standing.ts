import { sha256Hex } from '@trustfleet/certificates';
import type { AnchorOrigin, AnchorTrust } from '@trustfleet/protocol';
import type { PresentEntry } from '../../entry-store.ts';
import type { WindowsCertificate, WindowsEntry, WindowsPhysicalStore } from '../../ports.ts';
import type { WindowsPlace } from './layout.ts';

/** id-kp-serverAuth (RFC 5280 §4.2.1.12), anyExtendedKeyUsage, and szOID_ANY_APPLICATION_POLICY of wincrypt.h. */
const ALLOWS_SERVERS: ReadonlySet<string> = new Set([
  '1.3.6.1.5.5.7.3.1',
  '2.5.29.37.0',
  '1.3.6.1.4.1.311.10.12.1',
]);
const FRIENDLY_NAME = 'friendlyName';
const USAGE = 'enhancedKeyUsage';
const PROPERTY = 'property.';
/** By which `remove` knows what `add` made, and people see who did (the column "Friendly Name" of certlm.msc). */
const OUR_NAME = 'Added by Trustfleet';

/** All copies of one certificate that one store holds, the one that counts for its name and limits first. */
export interface Copies {
  readonly sha256: string;
  readonly copies: readonly [WindowsCertificate, ...WindowsCertificate[]];
}

/** The registry's copy is the one that can be changed; then who can change it least. */
const RANK: Readonly<Record<WindowsPhysicalStore, number>> = {
  registry: 0,
  groupPolicy: 1,
  enterprise: 2,
  authRoot: 3,
  other: 4,
};

/** By certificate, sorted by SHA-256. */
export function byCertificate(certificates: readonly WindowsCertificate[]): readonly Copies[] {
  const found = new Map<string, [WindowsCertificate, ...WindowsCertificate[]]>();
  for (const certificate of certificates.toSorted((a, b) => RANK[a.physical] - RANK[b.physical])) {
    const sha256 = sha256Hex(certificate.der);
    const copies = found.get(sha256);
    if (copies === undefined) found.set(sha256, [certificate]);
    else copies.push(certificate);
  }
  const all = [...found].map(([sha256, copies]): Copies => ({ sha256, copies }));
  return all.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}

/** What the store alone makes of a certificate in it, whatever Disallowed says. One copy that allows it is enough. */
export function trustIn(
  { store }: Pick<WindowsPlace, 'store'>,
  copies: readonly Pick<WindowsEntry, 'enhancedKeyUsage'>[],
): AnchorTrust {
  if (store === 'Disallowed') return 'distrusted';
  // An intermediate, or a single peer: found, and no anchor.
  if (store === 'CA' || store === 'TrustedPeople') return 'otherPurposes';
  return copies.some(({ enhancedKeyUsage }) => allowsServers(enhancedKeyUsage)) ? 'servers' : 'otherPurposes';
}

function allowsServers(usage: readonly string[] | null): boolean {
  return usage === null || usage.some((identifier) => ALLOWS_SERVERS.has(identifier));
}

/** Of several hands the strongest: what policy or Windows itself brings comes again when somebody takes it out. */
export function originOf(place: WindowsPlace, copies: readonly WindowsCertificate[]): AnchorOrigin {
  const origins = new Set(copies.map(({ physical }) => originOfCopy(place, physical)));
  const strongest = (['policy', 'vendor', 'local', 'user'] as const).find((origin) => origins.has(origin));
  return strongest ?? 'unknown';
}

function originOfCopy({ location, store }: WindowsPlace, physical: WindowsPhysicalStore): AnchorOrigin {
  if (physical === 'groupPolicy' || physical === 'enterprise') return 'policy';
  if (physical === 'other') return 'unknown';
  if (physical === 'authRoot' || store === 'AuthRoot') return 'vendor';
  return location === 'currentUser' ? 'user' : 'local';
}

/** One entry with its standing in this store alone, which is what is put back. */
export function standingOf(
  place: Pick<WindowsPlace, 'store'>,
  { der, friendlyName, enhancedKeyUsage, properties }: WindowsEntry,
): PresentEntry {
  return {
    kind: 'present',
    der: Buffer.from(der).toString('base64'),
    trust: trustIn(place, [{ enhancedKeyUsage }]),
    attributes: {
      ...(friendlyName === null ? {} : { [FRIENDLY_NAME]: friendlyName }),
      ...(enhancedKeyUsage === null ? {} : { [USAGE]: enhancedKeyUsage.join(' ') }),
      ...Object.fromEntries(Object.entries(properties).map(([id, value]) => [`${PROPERTY}${id}`, value])),
    },
  };
}

/** The other way; null where the attributes are not of this driver. */
export function windowsEntryOf({ der, attributes }: PresentEntry): WindowsEntry | null {
  const usage = attributes[USAGE];
  const identifiers = usage === undefined ? null : usage.split(' ').filter(Boolean);
  if (identifiers?.some((one) => !/^[0-2](\.\d{1,39}){1,40}$/.test(one))) return null;
  const properties = Object.entries(attributes).filter(([name]) => name.startsWith(PROPERTY));
  return {
    der: Uint8Array.from(Buffer.from(der, 'base64')),
    friendlyName: attributes[FRIENDLY_NAME] ?? null,
    enhancedKeyUsage: identifiers,
    properties: Object.fromEntries(properties.map(([name, value]) => [name.slice(PROPERTY.length), value])),
  };
}

/** As the agent adds a certificate: for every purpose, and named. */
export function addedEntry(place: Pick<WindowsPlace, 'store'>, der: Uint8Array): PresentEntry {
  return standingOf(place, { der, friendlyName: OUR_NAME, enhancedKeyUsage: null, properties: {} });
}

export function isAddedByUs(entry: PresentEntry): boolean {
  return entry.attributes[FRIENDLY_NAME] === OUR_NAME;
}

export function sameStanding(one: PresentEntry, other: PresentEntry): boolean {
  const plain = ({ der, attributes }: PresentEntry): string =>
    JSON.stringify([der, Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  return plain(one) === plain(other);
}
