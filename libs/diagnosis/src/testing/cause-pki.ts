import {
  alternativeNames,
  basicConstraints,
  keyUsage,
  makeKey,
  nameConstraints,
} from '@trustfleet/certificates/testing';
import type { TrustStep, VerdictCause } from '@trustfleet/protocol';
import { pem } from './facts.ts';
import { authority, catalogueOf, HOST, type LabCertificate, type Scenario, server } from './trust-lab.ts';

export const root = authority('Studio Root');
export const issuing = authority('Studio Issuing CA', { issuer: root });
export const leaf = server(issuing);
export const publicRoot = authority('Public Root 2022');
export const publicIssuing = authority('Public Issuing CA', { issuer: publicRoot });
export const publicLeaf = server(publicIssuing);

/** Any root but the one that is wanted. */
export const oldRoot = authority('Public Root 2018');
export const others = [
  oldRoot,
  ...Array.from({ length: 22 }, (_, index) => authority(`Public Root ${String(index)}`)),
];
export const unknownRoot = authority('Somebody Root');
export const catalogue = catalogueOf([
  [publicRoot, '2022.05.18'],
  ...others.map((one) => [one, '2018.01.18'] as const),
]);

export const bundle = (path: string, ...anchors: readonly LabCertificate[]): ReturnType<typeof pem> => ({
  ...pem(path),
  anchors: anchors.map(({ sha256 }) => sha256),
});

export const OLD = {
  version: [1, 0, 2],
  libressl: false,
  partialChain: false,
  strict: false,
  securityLevel: 1,
} as const;
export const STRICT = {
  version: [3, 0, 19],
  libressl: false,
  partialChain: true,
  strict: true,
  securityLevel: 2,
} as const;
export const variable = (more: Partial<TrustStep>): Partial<TrustStep>[] => [
  { kind: 'variable', name: 'SSL_CERT_FILE', value: '/srv/ca.pem', definedIn: '/etc/environment', ...more },
];
export const failing = (reason: string): Scenario => ({
  chain: [leaf, issuing],
  source: { state: 'cannotLoad', error: 'ssl.SSLError' },
  steps: variable({ outcome: 'failed', reason }),
});

/** failures.md §7.3. */
export const expiredRoot = authority('Old Root', { valid: [-3000, -10] });
export const crossed = authority('New Root', { issuer: expiredRoot, valid: [-2000, 100] });
export const newRoot = authority('New Root', { key: crossed.key });
/** Its term as a cross-sign is over. */
export const overdue = authority('New Root', { key: crossed.key, issuer: oldRoot, valid: [-2000, -10] });
export const crossIssuing = authority('Cross CA', { issuer: newRoot });
export const crossServer = server(crossIssuing);

export const proxyRoot = authority('Zscaler Root CA');
export const proxied = server(proxyRoot);
export const weak = server(issuing, { key: makeKey(1024) });
export const limited = authority('Limited CA', {
  issuer: root,
  more: [nameConstraints(['DNS:other.example'], [])],
});
export const carelessCa = authority('Careless CA', { extensions: [basicConstraints(true, null)] });
export const carelessLeaf = server(carelessCa, { extensions: [alternativeNames([`DNS:${HOST}`])] });
export const notCa = authority('No CA', {
  issuer: root,
  extensions: [basicConstraints(false, null), keyUsage(0x80)],
});

/** What is staged, and what it must be found to be. */
export interface CauseRow {
  readonly cause: VerdictCause;
  readonly of: string;
  readonly scenario: Scenario;
  readonly evidence?: Record<string, unknown>;
}
