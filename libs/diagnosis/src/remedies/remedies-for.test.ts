import { VERDICT_CAUSES, type VerdictCause } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import type { Consumer } from '../consumer.ts';
import { api, consumerOf, installed, python } from '../testing/facts.ts';
import { causeWords, suggestionWords } from '../words/causes.ts';
import { remediesFor } from './remedies-for.ts';

const CLIENT = { crud: 'shotgun_api3.crud', form: 'shotgun_api3.form', s3: 'shotgun_api3.s3' } as const;

function names(
  consumer: Consumer,
  cause: VerdictCause = 'anchorMissing',
  core: string | null = null,
): string[] {
  return remediesFor({ cause, evidence: {}, consumer, core }).map(
    ({ remedy, variable, package: name }) => variable ?? name ?? remedy,
  );
}

const DEFAULT_STORE = ['trustStore.addAnchor', 'bundle.deploy', 'SSL_CERT_FILE'];
const VARIABLE = ['bundle.deploy', 'SHOTGUN_API_CACERTS'];

/** shotgrid.md §1.5, row by row: R4 first where the table recommends it. */
const TABLE: readonly (readonly [version: string, crud: string[], form: string[], s3: string[]])[] = [
  ['3.0.7', ['shotgun_api3', ...DEFAULT_STORE], ['shotgun_api3', ...DEFAULT_STORE], []],
  ['3.0.9', ['shotgun_api3'], ['shotgun_api3', ...DEFAULT_STORE], []],
  [
    '3.0.19',
    ['shotgun_api3', ...VARIABLE],
    ['shotgun_api3', ...DEFAULT_STORE],
    ['shotgun_api3', ...DEFAULT_STORE],
  ],
  [
    '3.0.36',
    ['shotgun_api3', ...VARIABLE],
    ['shotgun_api3', ...VARIABLE],
    ['shotgun_api3', ...DEFAULT_STORE],
  ],
  ['3.2.5', VARIABLE, VARIABLE, VARIABLE],
  ['3.6.2', [...VARIABLE, 'shotgun_api3'], [...VARIABLE, 'shotgun_api3'], [...VARIABLE, 'shotgun_api3']],
  [
    '3.8.4',
    ['shotgun_api3', ...VARIABLE],
    ['shotgun_api3', ...DEFAULT_STORE],
    ['shotgun_api3', ...DEFAULT_STORE],
  ],
  ['3.10.0', [...VARIABLE, 'shotgun_api3'], [...VARIABLE, 'shotgun_api3'], [...VARIABLE, 'shotgun_api3']],
];

describe('which remedy works where', () => {
  it.each(TABLE)('shotgun_api3 %s', (...[version, crud, form, s3]) => {
    const copy = api(version);

    expect(names(consumerOf(CLIENT.crud, { api: copy }))).toEqual(crud);
    expect(names(consumerOf(CLIENT.form, { api: copy }))).toEqual(form);
    expect(names(consumerOf(CLIENT.s3, { api: copy }))).toEqual(s3);
  });

  it('a Toolkit core that ignores every setting is upgraded, and nothing else', () => {
    const copy = api('3.10.0', { form: 'zip', core: '/core/info.yml' });

    expect(names(consumerOf(CLIENT.crud, { api: copy }), 'anchorMissing', 'v0.23.8')).toEqual([
      'toolkit.upgradeCore',
    ]);
    expect(names(consumerOf(CLIENT.crud, { api: copy }), 'anchorMissing', 'v0.23.10')).toEqual([
      ...VARIABLE,
      'toolkit.upgradeCore',
    ]);
  });

  it.each([
    ['pip', 'shotgun_api3'],
    ['loose', 'shotgunApi.replace'],
    ['singleFile', 'shotgunApi.replace'],
    ['vendored', 'toolkit.upgradeCore'],
  ] as const)('a copy of form %s is renewed by %s', (form, remedy) => {
    expect(names(consumerOf(CLIENT.form, { api: api('3.8.4', { form }) }), 'variableIgnored')[0]).toBe(
      remedy,
    );
  });

  it.each([
    ['requests', ['bundle.deploy', 'REQUESTS_CA_BUNDLE', 'certifi']],
    ['toolkit.urlopen', DEFAULT_STORE],
    ['ssl', DEFAULT_STORE],
    ['node', ['bundle.deploy', 'NODE_EXTRA_CA_CERTS']],
  ] as const)('%s', (client, expected) => {
    expect(names(consumerOf(client))).toEqual(expected);
  });

  it('pip looks into the system’s store from 24.2 on', () => {
    const withPip = (version: string): Consumer =>
      consumerOf('pip', { python: python('3.11.7', { packages: [installed('pip', version)] }) });

    expect(names(withPip('24.2'))).toContain('trustStore.addAnchor');
    expect(names(withPip('24.1'))).not.toContain('trustStore.addAnchor');
  });

  it('a bad variable is set right or removed', () => {
    const consumer = consumerOf('requests');
    const found = remediesFor({
      cause: 'variableFileMissing',
      evidence: { variable: 'REQUESTS_CA_BUNDLE' },
      consumer,
    });

    expect(found).toEqual([
      { remedy: 'bundle.deploy' },
      { remedy: 'variable.set', variable: 'REQUESTS_CA_BUNDLE' },
      { remedy: 'variable.unset', variable: 'REQUESTS_CA_BUNDLE' },
    ]);
  });

  it.each([
    'hostNameMismatch',
    'leafExpired',
    'clockWrong',
    'weakKey',
    'chainInvalid',
    'unreachable',
  ] as const)('%s is mended by no root, bundle or variable', (cause) => {
    for (const client of ['ssl', 'requests'] as const) expect(names(consumerOf(client), cause)).toEqual([]);
    expect(names(consumerOf(CLIENT.crud, { api: api('3.10.0') }), cause)).toEqual([]);
  });

  it('an expired root goes as well', () => {
    expect(names(consumerOf('ssl'), 'crossSignExpired')[0]).toBe('trustStore.removeAnchor');
  });
});

describe('words', () => {
  it.each(VERDICT_CAUSES.map((cause) => [cause]))('%s has sentences, and its remedies too', (cause) => {
    const { what, works, fix } = causeWords({ cause, evidence: {} });

    expect(what).toMatch(/^\S.*[^.]$/);
    for (const sentence of [works, fix]) expect(sentence).toMatch(/^[A-Z`].*\.$/);
    for (const suggestion of remediesFor({ cause, evidence: {}, consumer: consumerOf('ssl') }))
      expect(suggestionWords(suggestion)).toMatch(/^[A-Z]/);
  });

  it('evidence is shown line by line, without what is not known', () => {
    const evidence = { path: '/srv/ca.pem', definedIn: '/etc/environment', code: 20, detail: null };

    // No version of Toolkit's urlopen looks at SHOTGUN_API_CACERTS (shotgrid.md §2.5).
    const ignored = (reason: string) => causeWords({ cause: 'variableIgnored', evidence: { reason } }).fix;
    expect(ignored('ignoredByClient')).not.toMatch(/upgrade/i);
    expect(ignored('ignoredByVersion')).toMatch(/3\.9\.0/);
    expect(ignored('ignoredByCore')).toMatch(/v0\.23\.10/);
    expect(causeWords({ cause: 'variableFileMissing', evidence }).evidence).toEqual([
      'file: /srv/ca.pem',
      'set in: /etc/environment',
      'OpenSSL’s error number: 20',
    ]);
  });
});
