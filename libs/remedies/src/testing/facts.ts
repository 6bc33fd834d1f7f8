import {
  type CertificateFacts,
  describeCertificate,
  pemToDer,
  WELL_KNOWN_ROOTS,
} from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import type { BundleFile, StoreEntry, TrustStore } from '@trustfleet/protocol';
import { ANCHOR_WAYS } from '../index.ts';

/** Three roots that differ; the first one is what the tests are about. */
export const [root, second, third] = WELL_KNOWN_ROOTS.map(({ pem }) =>
  describeCertificate(pemToDer(pem)),
) as [CertificateFacts, CertificateFacts, CertificateFacts];

export function bundleFile(change: Partial<BundleFile> = {}): BundleFile {
  return {
    ...{ path: '/etc/bundle.pem', realPath: '/etc/bundle.pem', state: 'read', detail: null },
    ...{ sha256: 'a'.repeat(64), size: 10, anchors: [second.sha256], problems: [], opensslAccepts: true },
    ...change,
  };
}

/** Ids of stores by driver, as their drivers give them. */
export const STORE_IDS: Readonly<Record<string, string>> = {
  windows: 'windows.localMachine.root',
  macos: 'macos.system',
  nss: 'nss:0123456789ab',
  java: 'java:0123456789ab',
  'pem-bundle': 'bundle:/opt/studio/ca.pem',
};

/** A store of the given driver that holds one other anchor. */
export function storeOf(driver: string, change: Partial<TrustStore> = {}): TrustStore {
  const way = ANCHOR_WAYS.get(driver);
  return {
    id: STORE_IDS[driver] ?? driver,
    driver,
    operatingSystem: way?.kind === 'file' || ['windows', 'macos'].includes(driver),
    name: `The ${driver} store`,
    bundle: bundleFile(),
    anchorDirectory: way?.kind === 'file' ? way.anchorDirectory : null,
    localAnchors: [],
    cannotChange: null,
    ...change,
  };
}

export const hostWith = (...stores: TrustStore[]): HostFacts => ({ trustStores: { stores } });

export function entry(change: Partial<StoreEntry> = {}): StoreEntry {
  return {
    ...{ anchor: root.sha256, trust: 'servers', origin: 'local', name: null, location: null, purposes: null },
    ...change,
  };
}

export const FILE_DRIVERS = [...ANCHOR_WAYS].flatMap(([driver, way]) =>
  way.kind === 'file' ? [driver] : [],
);
export const ENTRY_DRIVERS = [...ANCHOR_WAYS].flatMap(([driver, way]) =>
  way.kind === 'entry' ? [driver] : [],
);
