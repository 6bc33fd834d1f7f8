import type { PythonEnvironment } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import type { ResolvedSource } from '../index.ts';
import { ask, CERTIFI, names, type Ask, hook } from '../testing/clients.ts';
import { installed, python, option } from '../testing/facts.ts';

describe('requests', () => {
  const requests = (version: string, set: Ask['set'] = {}, more: Partial<Ask> = {}): ResolvedSource =>
    ask({ client: 'requests', packages: [installed('requests', version), CERTIFI], set, ...more });

  /** python-tls.md §4: the row "requests" and what was measured with 2.34.2. */
  it.each([
    [{}, ['certifi']],
    [{ REQUESTS_CA_BUNDLE: '/studio.pem' }, ['studio']],
    [{ REQUESTS_CA_BUNDLE: '/studio.pem', CURL_CA_BUNDLE: '/second.pem' }, ['studio']],
    [{ REQUESTS_CA_BUNDLE: '', CURL_CA_BUNDLE: '/second.pem' }, ['second']],
    [{ REQUESTS_CA_BUNDLE: '/hashes' }, ['hashed']],
    [{ CURL_CA_BUNDLE: '' }, ['certifi']],
    [{ SSL_CERT_FILE: '/studio.pem' }, ['certifi']],
  ] as const)('%j', (set, expected) => {
    expect(requests('2.34.2', set).anchors).toEqual(names(...expected));
  });

  it.each([
    [
      '2.34.2',
      '/missing.pem',
      'OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /missing.pem',
    ],
    ['2.13.0', '/missing.pem', 'requests.exceptions.SSLError: [Errno 2] No such file or directory'],
    [
      '2.34.2',
      '/empty.pem',
      'requests.exceptions.SSLError: [X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found',
    ],
    ['2.34.2', '/broken.pem', 'requests.exceptions.SSLError: [X509] PEM lib'],
    ['2.34.2', '/private.pem', 'requests.exceptions.SSLError: [Errno 13] Permission denied'],
    ['2.8.1', '/hashes', 'requests.exceptions.SSLError: [Errno 21] Is a directory'],
  ])('%s with %s raises', (version, path, error) => {
    const { source, decidedBy } = requests(version, { REQUESTS_CA_BUNDLE: path });
    expect(source).toMatchObject({ state: 'cannotLoad', error, anchors: null });
    expect(decidedBy).toEqual({ kind: 'bundle', ids: [path], variable: 'REQUESTS_CA_BUNDLE' });
  });

  it('an empty CURL_CA_BUNDLE switched verification off before 2.28', () => {
    expect(requests('2.27.1', { CURL_CA_BUNDLE: '' }).source.state).toBe('verificationOff');
    expect(requests('2.27.1', { CURL_CA_BUNDLE: '', REQUESTS_CA_BUNDLE: '/studio.pem' }).anchors).toEqual(
      names('studio'),
    );
  });

  it('before 2.16 brings a bundle of its own', () => {
    const packages = [installed('requests', '2.11.1', '/site/requests.pem')];
    expect(requests('2.11.1', {}, { packages }).anchors).toEqual(names('requests'));
  });

  it('without certifi cannot be imported', () => {
    const { source } = requests('2.31.0', {}, { packages: [installed('requests', '2.31.0')] });
    expect(source).toMatchObject({
      state: 'notImportable',
      error: "ModuleNotFoundError: No module named 'certifi'",
    });
  });

  it('of Debian goes by the system’s bundle', () => {
    const site = '/usr/lib/python3/dist-packages';
    const packages = ['requests', 'certifi'].map((name) => ({
      ...installed(name as 'requests', '2.28.1'),
      location: `${site}/${name}`,
    }));
    const { anchors, decidedBy } = requests('2.28.1', {}, { packages });
    expect(anchors).toEqual(names('os'));
    expect(decidedBy.ids).toEqual(['debian']);
  });

  it('urllib3 2 refuses an OpenSSL before 1.1.1', () => {
    const old = {
      ssl: { ...oldSsl(), versionInfo: [1, 0, 2, 21, 15] },
      openssl: 'OpenSSL 1.0.2u  20 Dec 2019',
    };
    const packages = [installed('requests', '2.31.0'), CERTIFI, installed('urllib3', '2.0.7')];
    const { source } = requests('2.31.0', {}, { packages, more: old, version: '3.7.16' });
    expect(source.state).toBe('notImportable');
    expect(source.error).toContain('urllib3 v2 only supports OpenSSL 1.1.1+');
  });

  it('is as strict as its urllib3', () => {
    const with_ = (urllib3: string): boolean =>
      requests(
        '2.32.5',
        {},
        {
          version: '3.13.0',
          packages: [installed('requests', '2.32.5'), CERTIFI, installed('urllib3', urllib3)],
        },
      ).openssl.strict;
    expect(with_('2.3.0')).toBe(false);
    expect(with_('2.4.0')).toBe(true);
  });
});

function oldSsl(): NonNullable<PythonEnvironment['ssl']> {
  const { ssl } = python('3.7.16');
  if (!ssl) throw new Error('it was asked');
  return ssl;
}

describe('pip', () => {
  const pip = (version: string, set: Ask['set'] = {}, more: Partial<Ask> = {}): ResolvedSource =>
    ask({ client: 'pip', packages: [installed('pip', version, '/site/pip.pem')], set, ...more });

  it.each([
    ['23.2.1', {}, ['pip']],
    ['23.2.1', { PIP_CERT: '/studio.pem' }, ['studio']],
    ['23.2.1', { PIP_CERT: '' }, ['pip']],
    // Measured: the variables of requests beat `Session.verify`, which is what pip sets.
    ['23.2.1', { PIP_CERT: '/studio.pem', REQUESTS_CA_BUNDLE: '/second.pem' }, ['second']],
    ['24.2', {}, ['pip', 'system', 'directory']],
    ['24.2', { PIP_CERT: '/studio.pem' }, ['studio', 'pip', 'system', 'directory']],
    ['24.2', { REQUESTS_CA_BUNDLE: '/second.pem' }, ['second', 'pip', 'system', 'directory']],
    ['24.2', { PIP_USE_DEPRECATED: 'legacy-certs' }, ['pip']],
    ['23.3.2', { PIP_USE_FEATURE: 'truststore' }, ['pip', 'system', 'directory']],
    ['24.1.2', { PIP_USE_FEATURE: 'truststore' }, ['system', 'directory']],
    ['24.1.2', { PIP_USE_FEATURE: 'truststore', PIP_CERT: '/studio.pem' }, ['studio', 'system', 'directory']],
    ['19.2.3', { PIP_USE_FEATURE: 'truststore', PIP_USE_DEPRECATED: 'legacy-certs' }, ['pip']],
  ] as const)('%s with %j', (version, set, expected) => {
    expect(pip(version, set).anchors).toEqual(names(...expected));
  });

  // Measured: it ends before it fetches anything.
  it.each([
    ['20.3.4', { PIP_USE_FEATURE: 'truststore' }, {}, /use-feature: invalid choice/],
    ['22.1', { PIP_USE_FEATURE: 'truststore' }, {}, /use-feature: invalid choice/],
    ['23.2.1', { PIP_USE_FEATURE: 'truststore' }, {}, /'truststore' must be installed/],
    ['23.3.2', { PIP_USE_FEATURE: 'truststore' }, { version: '3.9.18' }, /only available for Python 3\.10\+/],
    ['23.2.1', { PIP_USE_DEPRECATED: 'legacy-certs' }, {}, /use-deprecated: invalid choice/],
  ] as const)('%s refuses %j', (...[version, set, more, error]) => {
    const { source, anchors } = pip(version, set, more);
    expect(source).toMatchObject({ state: 'cannotLoad', error: expect.stringMatching(error) as string });
    expect(anchors).toEqual([]);
  });

  it('its own truststore and an injected one call each other without end', () => {
    const injected = (version: string): ResolvedSource => pip(version, {}, { more: hook('truststore') });

    expect(injected('24.2').source).toMatchObject({
      ...{ state: 'cannotLoad', error: 'RecursionError: maximum recursion depth exceeded' },
    });
    expect(injected('24.2').throughProxy?.source.state).toBe('anchors');
    expect(injected('24.1.2').source.state).toBe('anchors');
  });

  it('up to 25.1 keeps its context from proxies', () => {
    expect(pip('24.2').throughProxy?.anchors).toEqual(names('pip'));
    expect(pip('25.1.1', { PIP_CERT: '/studio.pem' }).throughProxy?.anchors).toEqual(names('studio'));
    expect(pip('25.2').throughProxy).toBeUndefined();
    expect(pip('24.2', {}, { version: '3.9.18' }).throughProxy).toBeUndefined();
  });

  it('23.2.1 takes the truststore that is installed beside it', () => {
    const packages = [installed('pip', '23.2.1', '/site/pip.pem'), installed('truststore', '0.9.0')];
    expect(pip('23.2.1', { PIP_USE_FEATURE: 'truststore' }, { packages }).anchors).toEqual(
      names('pip', 'system', 'directory'),
    );
  });

  it('24.2 on Python 3.9 has no truststore', () => {
    expect(pip('24.2', {}, { version: '3.9.18' }).anchors).toEqual(names('pip'));
  });

  it('takes cert of pip.conf, an account’s own before everybody’s', () => {
    const options = [option('pip cert', '/second.pem')];
    const { anchors, source } = pip('23.2.1', {}, { options });
    expect(anchors).toEqual(names('second'));
    expect(source.steps).toContainEqual(
      expect.objectContaining({ kind: 'configuration', definedIn: '/etc/pip.conf', outcome: 'used' }),
    );
  });

  it('a missing PIP_CERT raises what requests raises', () => {
    expect(pip('24.2', { PIP_CERT: '/missing.pem' }).source).toMatchObject({
      state: 'cannotLoad',
      error: 'OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /missing.pem',
    });
  });
});
