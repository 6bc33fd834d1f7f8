import type { ClientOption } from '@trustfleet/protocol';
import { CLIENTS, type PythonEnvironment } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { resolveSource, type ResolvedSource } from '../index.ts';
import { ask, CERTIFI, names, type Ask } from '../testing/clients.ts';
import {
  consumerOf,
  factsOf,
  installed,
  pem,
  python,
  store,
  type TestFacts,
  option,
} from '../testing/facts.ts';

describe('urllib3 and httplib2', () => {
  it('urllib3 goes by the default store, and before 1.25 by none', () => {
    const urllib3 = (version: string): ResolvedSource =>
      ask({
        client: 'urllib3',
        packages: [installed('urllib3', version)],
        set: { REQUESTS_CA_BUNDLE: '/studio.pem' },
      });
    expect(urllib3('2.2.1').anchors).toEqual(names('system', 'directory'));
    expect(urllib3('1.24.3').source.state).toBe('verificationOff');
  });

  const httplib2 = (set: Ask['set'], packages: PythonEnvironment['packages'] = []): ResolvedSource =>
    ask({
      client: 'httplib2',
      packages: [installed('httplib2', '0.22.0', '/site/httplib2.pem'), ...packages],
      set,
    });

  it('httplib2 asks variable, module, certifi, its own', () => {
    const locater = installed('ca_certs_locater', null, '/second.pem');
    expect(httplib2({}).anchors).toEqual(names('httplib2'));
    expect(httplib2({}, [CERTIFI]).anchors).toEqual(names('certifi'));
    expect(httplib2({}, [CERTIFI, locater]).anchors).toEqual(names('second'));
    expect(httplib2({ HTTPLIB2_CA_CERTS: '/studio.pem' }, [CERTIFI, locater]).anchors).toEqual(
      names('studio'),
    );
  });

  it.each(['/missing.pem', '', '/hashes'])('HTTPLIB2_CA_CERTS="%s" ends the import', (path) => {
    expect(httplib2({ HTTPLIB2_CA_CERTS: path }).source).toMatchObject({
      state: 'notImportable',
      error: 'RuntimeError: Environment variable HTTPLIB2_CA_CERTS not a valid file',
    });
  });

  it('a file that is no PEM fails later', () => {
    expect(httplib2({ HTTPLIB2_CA_CERTS: '/broken.pem' }).source).toMatchObject({
      state: 'cannotLoad',
      error: 'ssl.SSLError: [X509] PEM lib',
    });
  });
});

describe('conda and boto3', () => {
  const conda = (set: Ask['set'], options: TestFacts['options'] = []): ResolvedSource =>
    ask({
      client: 'conda',
      packages: [installed('conda', '24.5.0'), installed('requests', '2.32.0'), CERTIFI],
      set,
      options,
    });
  const verify = (value: string): TestFacts['options'] => [
    option('conda ssl_verify', value, { definedIn: '/root/.condarc' }),
  ];

  it.each([
    [{}, undefined, ['certifi']],
    [{}, 'true', ['certifi']],
    [{}, '/studio.pem', ['studio']],
    [{}, 'truststore', ['directory', 'system']],
    [{ CONDA_SSL_VERIFY: '/second.pem' }, '/studio.pem', ['second']],
    [{ CONDA_SSL_VERIFY: 'true' }, '/studio.pem', ['certifi']],
    [{ REQUESTS_CA_BUNDLE: '/second.pem' }, 'false', ['second']],
  ] as const)('conda with %j and ssl_verify %s', (set, value, expected) => {
    expect(conda(set, value === undefined ? [] : verify(value)).anchors).toEqual(names(...expected));
  });

  it('conda may be told not to verify, and refuses a bad path', () => {
    expect(conda({ CONDA_SSL_VERIFY: 'false' }).source.state).toBe('verificationOff');
    expect(conda({}, verify('/missing.pem')).source).toMatchObject({ state: 'cannotLoad' });
    expect(conda({}, verify('/missing.pem')).source.error).toContain('CustomValidationError');
  });

  /** python-tls.md §4: truststore from 23.9 on, and on Python 3.10. */
  it.each([
    ['23.8.0', '3.11.7'],
    ['24.5.0', '3.9.18'],
  ])('conda %s on %s does not take truststore', (conda_, version) => {
    const packages = [installed('conda', conda_), installed('requests', '2.32.0'), CERTIFI];
    const { source } = ask({ client: 'conda', packages, version, options: verify('truststore') ?? [] });
    expect(source.state).toBe('cannotLoad');
    expect(source.error).toContain("ssl_verify = 'truststore' is invalid");
  });

  const boto3 = (version: string, set: Ask['set']): ResolvedSource =>
    ask({ client: 'boto3', packages: [installed('botocore', version), CERTIFI], set });
  it('boto3 asks AWS_CA_BUNDLE, then REQUESTS_CA_BUNDLE, then certifi', () => {
    expect(boto3('1.34.0', {}).anchors).toEqual(names('certifi'));
    expect(boto3('1.34.0', { REQUESTS_CA_BUNDLE: '/second.pem' }).anchors).toEqual(names('second'));
    expect(
      boto3('1.34.0', { AWS_CA_BUNDLE: '/studio.pem', REQUESTS_CA_BUNDLE: '/second.pem' }).anchors,
    ).toEqual(names('studio'));
    expect(boto3('1.34.0', { AWS_CA_BUNDLE: '' }).source.state).toBe('verificationOff');
    expect(boto3('1.44.0', { AWS_CA_BUNDLE: '' }).source.state).toBe('cannotLoad');
  });
});

describe('programs', () => {
  it.each([
    [{}, ['os'], 'anchors'],
    [{ CURL_CA_BUNDLE: '/studio.pem', SSL_CERT_FILE: '/second.pem' }, ['studio', 'os'], 'anchors'],
    [{ CURL_CA_BUNDLE: '', SSL_CERT_FILE: '/second.pem' }, ['second', 'os'], 'anchors'],
    [{ SSL_CERT_FILE: '/second.pem', SSL_CERT_DIR: '/hashes' }, ['second', 'hashed'], 'anchors'],
    [{ CURL_CA_BUNDLE: '/studio.pem', SSL_CERT_DIR: '/hashes' }, ['studio', 'os'], 'anchors'],
    [{ SSL_CERT_DIR: '/missing.pem' }, ['os'], 'anchors'],
    [{ SSL_CERT_DIR: '/hashes' }, ['hashed', 'os'], 'anchors'],
    [{ CURL_CA_BUNDLE: '/missing.pem' }, [], 'cannotLoad'],
  ] as const)('curl with %j', (set, expected, state) => {
    const { anchors, source } = ask({ client: 'curl', set });
    expect(anchors).toEqual(names(...expected));
    expect(source.state).toBe(state);
  });

  it('curl of another build has no directory beside a named file', () => {
    const rhel = [store('rhel', pem('/etc/pki/tls/certs/ca-bundle.crt', 'os'))];
    const { anchors } = ask({ client: 'curl', stores: rhel, set: { CURL_CA_BUNDLE: '/studio.pem' } });
    expect(anchors).toEqual(names('studio'));
  });

  it('curl of Windows asks the system', () => {
    const windows = [store('windows.localMachine.root', pem('LocalMachine\\Root', 'root'))];
    const { anchors, source } = ask({
      client: 'curl',
      platform: 'windows',
      stores: windows,
      set: { CURL_CA_BUNDLE: '/studio.pem' },
    });
    expect(anchors).toEqual(names('root'));
    expect(source.steps[0]).toMatchObject({ outcome: 'ignored', reason: 'ignoredByPlatform' });
  });

  it('git', () => {
    expect(ask({ client: 'git' }).anchors).toEqual(names('os'));
    expect(ask({ client: 'git', set: { GIT_SSL_CAINFO: '/studio.pem' } }).anchors).toEqual(names('studio'));
    expect(ask({ client: 'git', set: { GIT_SSL_CAINFO: '' } }).source.state).toBe('cannotLoad');
    expect(ask({ client: 'git', set: { GIT_SSL_NO_VERIFY: '' } }).source.state).toBe('verificationOff');
    expect(ask({ client: 'git', platform: 'windows' }).source.state).toBe('unknown');
    const off = option('git http.sslVerify', 'false');
    expect(ask({ client: 'git', options: [off] }).source.state).toBe('verificationOff');
  });

  it('node adds, and says that its own roots are not known', () => {
    const { source } = ask({ client: 'node', set: { NODE_EXTRA_CA_CERTS: '/studio.pem' } });
    expect(source.state).toBe('unknown');
    expect(source.steps).toMatchObject([
      { outcome: 'used' },
      { name: 'NODE_EXTRA_CA_CERTS', outcome: 'added' },
    ]);
    const bad_ = ask({ client: 'node', set: { NODE_EXTRA_CA_CERTS: '/missing.pem' } });
    expect(bad_.source.steps[1]).toMatchObject({ outcome: 'failed', reason: 'fileMissing' });
    const off = ask({ client: 'node', set: Object.fromEntries([['NODE_TLS_REJECT_UNAUTHORIZED', '0']]) });
    expect(off.source.state).toBe('verificationOff');
  });
});

describe('toolkit.urlopen', () => {
  it('goes by Python’s default store, never by SHOTGUN_API_CACERTS', () => {
    const set = { SHOTGUN_API_CACERTS: '/studio.pem', SSL_CERT_FILE: '/second.pem' };
    const { anchors, source } = ask({ client: 'toolkit.urlopen', set });
    expect(anchors).toEqual(names('second', 'directory'));
    expect(source.steps[0]).toMatchObject({ outcome: 'ignored', reason: 'ignoredByClient' });
  });
});

it('every client has a resolver that answers with nothing but itself known', () => {
  for (const client of CLIENTS)
    for (const environment of [
      null,
      python('3.11.7', { verifyPaths: null, ssl: null, packages: [], facts: 'static' }),
    ]) {
      const { source } = resolveSource(consumerOf(client, { python: environment }), factsOf());
      expect(source.client).toBe(client);
      if (source.state === 'anchors') expect(source.anchors).toBeGreaterThan(0);
    }
});

describe('programs of other systems', () => {
  const macos = store('macos.system', pem('/System/roots.pem', 'os'));

  it('curl of macOS verifies by one of two libraries, which variables tell apart', () => {
    const on = (set: Ask['set']) => ask({ client: 'curl', platform: 'macos', stores: [macos], set });

    expect(on({ SSL_CERT_FILE: '/studio.pem' }).source).toMatchObject({
      state: 'unknown',
      error: expect.stringContaining('Apple') as string,
      steps: [{ kind: 'variable', name: 'SSL_CERT_FILE', reason: 'factsMissing' }],
    });
    expect(on({}).source.steps[0]).not.toMatchObject({ outcome: 'ignored' });
  });

  it('git with schannel looks at a file only where it is told to', () => {
    const root = store('windows.localMachine.root', pem('C:/root', 'root'));
    const schannel = option('git http.sslBackend', 'schannel');
    const file = option('git http.sslCAInfo', '/studio.pem');
    const git = (...options: readonly ClientOption[]) =>
      ask({
        client: 'git',
        platform: 'windows',
        stores: [root],
        options,
        set: { GIT_SSL_CAINFO: '/second.pem' },
      });

    expect(git(file).anchors).toEqual(names('second'));
    const ignoring = git(schannel, file);
    expect(ignoring.anchors).toEqual(names('root'));
    expect(ignoring.source.steps).toMatchObject([
      { kind: 'configuration', outcome: 'ignored', reason: 'ignoredByBuild' },
      { kind: 'variable', outcome: 'ignored', reason: 'ignoredByBuild' },
      { kind: 'osStore', outcome: 'used' },
    ]);
    expect(git(schannel, file, option('git http.schannelUseSSLCAInfo', 'true')).anchors).toEqual(
      names('second'),
    );
  });
});
