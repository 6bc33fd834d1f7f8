// Facts for this folder's tests.
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type {
  BundleFile,
  BundleProvenance,
  BundleState,
  InventoryBundle,
  TrustStore,
} from '@trustfleet/protocol';
import type { AnchorRequiredPolicy, HostFacts } from '../../types.ts';

function theFirstRoot(): { readonly sha256: string; readonly name: string } {
  const [first] = WELL_KNOWN_ROOTS;
  if (first === undefined) throw new RangeError('no well-known roots');
  return first;
}

export const amazon = theFirstRoot();
export const studio = { sha256: 'c'.repeat(64), name: 'Demo studio CA' };
export const other = 'd'.repeat(64);
export const policyOf = (...anchors: { sha256: string; name: string }[]): AnchorRequiredPolicy => ({
  id: 'p',
  name: 'P',
  rule: 'anchorRequired',
  parameters: { anchors },
});
export const both = policyOf({ sha256: amazon.sha256, name: amazon.name }, studio);

export const SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
export function file(change: Partial<BundleFile> = {}): BundleFile {
  return {
    path: SYSTEM_BUNDLE,
    realPath: SYSTEM_BUNDLE,
    state: 'read',
    detail: null,
    sha256: 'a'.repeat(64),
    size: 10,
    anchors: [amazon.sha256, studio.sha256].sort(),
    problems: [],
    opensslAccepts: true,
    ...change,
  };
}
export function store(bundle: Partial<BundleFile> = {}, change: Partial<TrustStore> = {}): TrustStore {
  return {
    id: 'debian',
    driver: 'debian',
    operatingSystem: true,
    name: 'Debian CA certificates',
    bundle: file(bundle),
    anchorDirectory: '/usr/local/share/ca-certificates',
    localAnchors: [],
    cannotChange: null,
    ...change,
  };
}
export type VariableName = Extract<BundleProvenance, { kind: 'variable' }>['name'];
export const variable = (name: VariableName, owner: string | null = null): BundleProvenance => ({
  kind: 'variable',
  name,
  scope: owner === null ? 'machine' : 'user',
  owner,
  source: '/etc/environment',
});
export function bundle(change: Partial<InventoryBundle> = {}): InventoryBundle {
  return {
    ...file({ path: '/opt/ca.pem', realPath: '/opt/ca.pem' }),
    provenance: [variable('REQUESTS_CA_BUNDLE')],
    ...change,
  };
}
export const facts = (stores: TrustStore[], bundles: InventoryBundle[] = []): HostFacts => ({
  trustStores: { stores },
  bundles: { bundles },
});
export const FAULTS: [BundleState, boolean, string][] = [
  ['missing', false, 'Missing'],
  ['unreadable', false, 'Unreadable'],
  ['notRegularFile', false, 'NotRegularFile'],
  ['tooLarge', false, 'TooLarge'],
  ['empty', false, 'Empty'],
  ['der', false, 'Der'],
  ['utf16', false, 'Utf16'],
  ['noCertificates', false, 'NoCertificates'],
  // A file of revocation lists alone: OpenSSL loads it, and trusts nothing by it.
  ['noCertificates', true, 'NoCertificates'],
  ['read', false, 'Malformed'],
];
