import { describe, expect, it } from 'vitest';
import { remediesFor } from '../index.ts';
import { consumerOf, installed, python } from '../testing/facts.ts';

/** python-tls.md §4, row "pip": whose additions to the system's store pip sees. */
describe('pip and the system’s store', () => {
  it.each([
    ['24.2', '3.11.7', {}, true],
    ['24.2', '3.9.18', {}, false],
    ['24.2', '3.11.7', { PIP_USE_DEPRECATED: 'legacy-certs' }, false],
    ['24.1', '3.11.7', {}, false],
    ['24.1', '3.11.7', { PIP_USE_FEATURE: 'truststore' }, true],
    ['22.1', '3.11.7', { PIP_USE_FEATURE: 'truststore' }, false],
  ] as const)('pip %s on %s with %j', (...[pip, version, set, helps]) => {
    const environment = python(version, { packages: [installed('pip', pip)] });
    const consumer = consumerOf('pip', { python: environment, set });
    const found = remediesFor({ cause: 'anchorMissing', evidence: {}, consumer });
    expect(found.some(({ remedy }) => remedy === 'trustStore.addAnchor')).toBe(helps);
    expect(found).toContainEqual({ remedy: 'variable.set', variable: 'PIP_CERT' });
  });
});

/** python-tls.md §3: such a Python trusts nothing until SSL_CERT_FILE is set, whatever the system's store holds. */
describe('a Python without a store', () => {
  it.each(['ssl', 'toolkit.urlopen', 'urllib3'] as const)('%s is told of SSL_CERT_FILE alone', (client) => {
    const consumer = consumerOf(client, { python: python('3.10.2') });
    expect(remediesFor({ cause: 'pythonWithoutStore', evidence: {}, consumer })).toEqual([
      { remedy: 'bundle.deploy' },
      { remedy: 'variable.set', variable: 'SSL_CERT_FILE' },
    ]);
  });
});

/** python-tls.md §3, "macOS": the keychain is the browsers' store, not Python's. */
describe('the system’s store on macOS', () => {
  const helps = (consumer: ReturnType<typeof consumerOf>): boolean =>
    remediesFor({ cause: 'anchorMissing', evidence: {}, consumer, platform: 'macos' }).some(
      ({ remedy }) => remedy === 'trustStore.addAnchor',
    );

  it('helps no Python, but one into which truststore was put', () => {
    const hooks = [{ path: '/site/truststore.pth', effect: 'truststore' as const }];

    for (const client of ['ssl', 'toolkit.urlopen', 'urllib3'] as const) {
      expect(helps(consumerOf(client, { python: python('3.12.1') }))).toBe(false);
      expect(helps(consumerOf(client, { python: python('3.12.1', { hooks }) }))).toBe(true);
    }
  });

  it('is where pip looks that brings truststore', () => {
    const packages = [installed('pip', '24.2')];

    expect(helps(consumerOf('pip', { python: python('3.12.1', { packages }) }))).toBe(true);
  });
});
