import { CLIENTS, trustSource, type ClientName } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  API_PATHS,
  ERA_TABLE,
  resolveSource,
  stepWords,
  type Consumer,
  type DiagnosisFacts,
} from '../index.ts';
import { bundles, CERTIFI, stores } from '../testing/clients.ts';
import { api, consumerOf, factsOf, installed, ownBundles, python } from '../testing/facts.ts';

const FILES = [
  '/studio.pem',
  '/second.pem',
  '/missing.pem',
  '/empty.pem',
  '/broken.pem',
  '/private.pem',
  '/hashes',
  '',
  '/elsewhere.pem',
];
const VARIABLES = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'SHOTGUN_API_CACERTS',
  'HTTPLIB2_CA_CERTS',
  'PIP_CERT',
  'NODE_EXTRA_CA_CERTS',
  'AWS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
] as const;
const VERSIONS = ERA_TABLE.flatMap(({ first, last }) => [first, last]).map((version) => version.join('.'));
const PACKAGES = [
  installed('requests', '2.32.0'),
  installed('urllib3', '2.2.1'),
  installed('httplib2', '0.22.0', '/site/httplib2.pem'),
  installed('pip', '24.2', '/site/pip.pem'),
  installed('conda', '24.5.0'),
  installed('botocore', '1.34.0'),
  CERTIFI,
];

const sets = fc.dictionary(fc.constantFrom(...VARIABLES), fc.constantFrom(...FILES));
const consumers = fc
  .record({
    client: fc.constantFrom(...CLIENTS),
    pythonVersion: fc.constantFrom('2.7.8', '2.7.18', '3.6.15', '3.9.18', '3.11.7', '3.13.0'),
    apiVersion: fc.constantFrom(...VERSIONS),
    hook: fc.constantFrom(null, 'truststore' as const, 'pipSystemCerts' as const),
    set: sets,
  })
  .map(({ client, pythonVersion, apiVersion, hook, set }): Consumer => {
    const hooks = hook === null ? [] : [{ path: '/site/hook.pth', effect: hook }];
    const environment = python(pythonVersion, { packages: PACKAGES, hooks });
    const isApi = client.startsWith('shotgun_api3');
    return consumerOf(client, { python: environment, api: isApi ? api(apiVersion) : null, set });
  });
const platforms = fc.constantFrom('linux' as const, 'windows' as const, 'macos' as const);
const factsFor = (platform: DiagnosisFacts['platform']): DiagnosisFacts =>
  factsOf({ platform, stores, bundles: [...bundles, ...ownBundles()] });

/** The same consumer with other values of some variables. */
function withValues(consumer: Consumer, set: Readonly<Record<string, string>>): Consumer {
  const values = new Map(consumer.context.values);
  for (const [name, value] of Object.entries(set)) values.set(name, { value, definedIn: '/other' });
  return { ...consumer, context: { ...consumer.context, values } };
}

/** Variables that a client never looks at, or that no outcome of it depends on (shotgrid.md §1.4; python-tls.md §4). */
const API_CLIENTS: readonly ClientName[] = API_PATHS.map((path) => `shotgun_api3.${path}` as const);
const UNAFFECTED: readonly (readonly [clients: readonly ClientName[], variables: readonly string[]])[] = [
  [API_CLIENTS, ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT', 'AWS_CA_BUNDLE']],
  [
    ['ssl', 'toolkit.urlopen'],
    ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SHOTGUN_API_CACERTS', 'HTTPLIB2_CA_CERTS', 'PIP_CERT'],
  ],
  [['requests'], ['SHOTGUN_API_CACERTS', 'HTTPLIB2_CA_CERTS', 'PIP_CERT', 'AWS_CA_BUNDLE']],
  [['httplib2'], ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SHOTGUN_API_CACERTS', 'PIP_CERT']],
  [['pip'], ['SHOTGUN_API_CACERTS', 'HTTPLIB2_CA_CERTS', 'AWS_CA_BUNDLE']],
  [['git'], ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'PIP_CERT']],
  [['curl'], ['REQUESTS_CA_BUNDLE', 'SHOTGUN_API_CACERTS', 'PIP_CERT']],
];

describe('resolveSource', () => {
  it('gives what the section takes, and the same twice', () => {
    fc.assert(
      fc.property(consumers, platforms, (consumer, platform) => {
        const found = resolveSource(consumer, factsFor(platform));
        expect(trustSource.parse(found.source)).toEqual(found.source);
        expect(resolveSource(consumer, factsFor(platform))).toEqual(found);
        for (const step of found.source.steps) expect(stepWords(step)).toMatch(/\.$/);
      }),
    );
  });

  it('ends in exactly one place that is used, or in a failure that its steps name', () => {
    fc.assert(
      fc.property(consumers, platforms, (consumer, platform) => {
        const { source, anchors } = resolveSource(consumer, factsFor(platform));
        const count = (outcome: string): number =>
          source.steps.filter((step) => step.outcome === outcome).length;
        expect(source.steps.length).toBeGreaterThan(0);
        expect(anchors).toHaveLength(source.anchors ?? 0);
        if (source.state === 'anchors' && anchors.length > 0) expect(count('used')).toBe(1);
        if (source.state === 'anchors' && anchors.length === 0) expect(count('failed')).toBeGreaterThan(0);
        if (source.state === 'verificationOff') expect(count('used')).toBe(1);
        if (['cannotLoad', 'noSsl', 'notImportable'].includes(source.state)) {
          expect(count('used')).toBe(0);
          expect(count('failed')).toBe(1);
          expect(source.error).not.toBeNull();
        }
        if (source.state === 'unknown') expect(source.error).not.toBeNull();
        if (source.state !== 'anchors') expect([source.anchors, source.digest]).toEqual([null, null]);
      }),
    );
  });

  it.each(UNAFFECTED)('%j: never affected by %j', (clients, variables) => {
    const other = fc.dictionary(fc.constantFrom(...variables), fc.constantFrom(...FILES));
    const mine = consumers.filter(({ client }) => clients.includes(client));
    fc.assert(
      fc.property(mine, other, (consumer, set) => {
        const facts = factsFor('linux');
        const before = resolveSource(consumer, facts);
        const after = resolveSource(withValues(consumer, set), facts);
        const told = ({ source, ...rest }: typeof before): unknown => {
          const { state, error, anchors: count, digest } = source;
          const { anchors, openssl, sendsName, checksName } = rest;
          return { state, error, count, digest, anchors, openssl, sendsName, checksName };
        };
        expect(told(after)).toEqual(told(before));
      }),
    );
  });

  // truststore has other places where the default ones give nothing.
  it('without truststore, what is bad for a variable never adds anchors', () => {
    fc.assert(
      fc.property(consumers, fc.constantFrom(...VARIABLES), (consumer, name) => {
        const facts = factsFor('linux');
        const bad = resolveSource(withValues(consumer, { [name]: '/broken.pem' }), facts);
        const good = resolveSource(withValues(consumer, { [name]: '/studio.pem' }), facts);
        fc.pre(!bad.source.steps.some(({ kind }) => kind === 'injection'));
        if (bad.source.state === 'anchors' && good.source.state === 'anchors')
          expect(bad.anchors.length).toBeLessThanOrEqual(good.anchors.length);
      }),
    );
  });
});
