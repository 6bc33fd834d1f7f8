import {
  type CatalogueRoot,
  describeCertificate,
  type RootCatalogue,
  sha256Hex,
} from '@trustfleet/certificates';
import {
  alternativeNames,
  authorityKeyIdentifier,
  basicConstraints,
  commonName,
  extendedKeyUsage,
  extension,
  keyUsage,
  makeCertificate,
  makeKey,
  oid,
  subjectKeyIdentifier,
  type TestKey,
  tlv,
} from '@trustfleet/certificates/testing';
import type { ObservedEndpoint, TrustSource, TrustStep } from '@trustfleet/protocol';
import type { ResolvedSource } from '../consumer.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { consumerOf, factsOf, python, type TestFacts } from './facts.ts';

export const NOW = new Date('2026-11-22T12:00:00Z');
export const HOST = 'site.studio.example';
export const ENDPOINT = '3f2b8a52-6f0e-4a6c-9b1e-0d6f5f1f7a01';
const DAY = 24 * 3600;
const seconds = NOW.getTime() / 1000;

export interface LabCertificate {
  readonly name: string;
  readonly key: TestKey;
  readonly der: Uint8Array;
  readonly sha256: string;
}

export interface Shape {
  readonly issuer?: LabCertificate | null;
  /** Days from now. */
  readonly valid?: readonly [from: number, to: number];
  readonly key?: TestKey;
  /** In the place of an authority's or a server's own. */
  readonly extensions?: readonly Uint8Array[];
  /** Beside them. */
  readonly more?: readonly Uint8Array[];
}

/** Every certificate that a test made, by fingerprint. */
const made = new Map<string, Uint8Array>();
let serial = 1;

function issue(name: string, shape: Shape, own: (key: TestKey) => readonly Uint8Array[]): LabCertificate {
  const { key = makeKey('ec'), valid: [from, to] = [-300, 300], more = [] } = shape;
  // Its own issuer where there is none.
  const issuer = shape.issuer ?? { name, key };
  const extensions = shape.extensions ?? [...own(key), authorityKeyIdentifier(issuer.key.identifier)];
  const der = makeCertificate({
    subject: commonName(name),
    issuer: commonName(issuer.name),
    serial: (serial += 1),
    notBefore: seconds + from * DAY,
    notAfter: seconds + to * DAY,
    key,
    signer: issuer.key,
    digest: 'sha256',
    version: 3,
    extensions: [...extensions, ...more],
  });
  const sha256 = sha256Hex(der);
  made.set(sha256, der);
  return { name, key, der, sha256 };
}

export function authority(name: string, shape: Shape = {}): LabCertificate {
  return issue(name, shape, (key) => [
    basicConstraints(true, null),
    keyUsage(0x06),
    subjectKeyIdentifier(key.identifier),
  ]);
}

export function server(
  issuer: LabCertificate | null,
  shape: Shape = {},
  names = [`DNS:${HOST}`],
): LabCertificate {
  return issue(HOST, { issuer, ...shape }, (key) => [
    keyUsage(0xa0),
    extendedKeyUsage('1.3.6.1.5.5.7.3.1'),
    alternativeNames(names),
    subjectKeyIdentifier(key.identifier),
  ]);
}

/** authorityInfoAccess with the place of the issuer's certificate. */
export function issuerAt(url: string): Uint8Array {
  const description = tlv(0x30, oid('1.3.6.1.5.5.7.48.2'), tlv(0x86, Buffer.from(url)));
  return extension('1.3.6.1.5.5.7.1.1', false, tlv(0x30, description));
}

/** One trust source before one server. */
export interface Scenario {
  readonly anchors?: readonly LabCertificate[];
  readonly chain?: readonly LabCertificate[];
  readonly chainWithoutName?: readonly LabCertificate[] | null;
  readonly steps?: readonly Partial<TrustStep>[];
  readonly source?: Partial<TrustSource>;
  readonly resolved?: Partial<ResolvedSource>;
  readonly endpoint?: Partial<ObservedEndpoint>;
  readonly facts?: TestFacts;
  readonly clockOffsetMs?: number | null;
}

export interface Staged {
  readonly resolved: ResolvedSource;
  readonly endpoint: ObservedEndpoint;
  readonly facts: DiagnosisFacts;
}

const OPENSSL_3 = {
  version: [3, 0, 19],
  libressl: false,
  partialChain: false,
  strict: false,
  securityLevel: 2,
} as const;

export function stage(scenario: Scenario): Staged {
  const { anchors = [], chain = [], chainWithoutName = null } = scenario;
  const consumer = consumerOf('ssl', { python: python('3.11.7') });
  const source: TrustSource = {
    id: '0123456789abcdef',
    python: '/opt/python3.11.7/bin/python',
    client: 'ssl',
    install: null,
    version: null,
    accounts: [],
    steps: (scenario.steps ?? [{ kind: 'pythonDefault', outcome: 'used' }]).map(stepOf),
    state: 'anchors',
    error: null,
    anchors: anchors.length,
    digest: null,
    ...scenario.source,
  };
  return {
    resolved: {
      source,
      consumer,
      anchors: anchors.map(({ sha256 }) => sha256),
      decidedBy: { kind: 'bundle', ids: ['/etc/bundle.pem'], variable: null },
      openssl: OPENSSL_3,
      sendsName: true,
      checksName: true,
      ...scenario.resolved,
    },
    endpoint: {
      id: ENDPOINT,
      host: HOST,
      port: 443,
      network: 'connected',
      detail: null,
      proxy: null,
      chain: chain.map(({ sha256 }) => sha256),
      chainWithoutName: chainWithoutName?.map(({ sha256 }) => sha256) ?? null,
      tls: 'TLSv1.3',
      interception: null,
      ...scenario.endpoint,
    },
    facts: {
      ...factsOf(scenario.facts),
      certificate: (sha256) => made.get(sha256) ?? null,
      now: NOW,
      clockOffsetMs: scenario.clockOffsetMs === undefined ? 0 : scenario.clockOffsetMs,
    },
  };
}

function stepOf(step: Partial<TrustStep>): TrustStep {
  return {
    kind: 'variable',
    name: null,
    value: null,
    definedIn: null,
    outcome: 'used',
    reason: null,
    ...step,
  };
}

/** A public list of these roots: [certificate, release it came with, release it left with]. */
export function catalogueOf(
  roots: readonly (readonly [root: LabCertificate, entered: string, left?: string])[],
): RootCatalogue {
  const mark = (version: string): { version: string; date: string } => ({
    version,
    date: version.replaceAll('.', '-'),
  });
  const listed = roots.map(([root, entered, left]): CatalogueRoot => {
    const { sha256, sha1, spkiSha256, subject, notAfter } = describeCertificate(root.der);
    return {
      ...{ sha256, sha1, spkiSha256, subject, notAfter: notAfter.toISOString().slice(0, 10) },
      entered: mark(entered),
      left: left === undefined ? null : mark(left),
    };
  });
  return {
    newest: mark('2026.07.22'),
    oldest: mark('2014.01.01'),
    releases: [],
    roots: listed,
    bySha256: (sha256) => listed.find((root) => root.sha256 === sha256) ?? null,
    bySpki: (spki) => listed.find(({ spkiSha256 }) => spkiSha256 === spki) ?? null,
    rootsOf: () => null,
  };
}
