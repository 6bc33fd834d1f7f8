import type { PythonEnvironment } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { resolveSource, type ResolvedSource } from '../index.ts';
import { bundles, names, type Ask } from '../testing/clients.ts';
import { anchor, api, consumerOf, core, factsOf, ownBundles, pem, python } from '../testing/facts.ts';

describe('shotgun_api3 in particular', () => {
  const resolve = (
    version: string,
    more: Partial<Ask> & { path?: 'crud' | 'form' | 's3'; copy?: ReturnType<typeof api> } = {},
  ): ResolvedSource => {
    const environment = python(more.version ?? '3.11.7', more.more);
    const copy = more.copy ?? api(version);
    const facts = factsOf({ bundles: [...bundles, ...ownBundles()], apis: [copy], ...more });
    const client = `shotgun_api3.${more.path ?? 'crud'}` as const;
    return resolveSource(consumerOf(client, { python: environment, api: copy, set: more.set ?? {} }), facts);
  };

  /** shotgrid.md §1.4: how a bad file looks to its users. */
  it.each([
    ['3.0.37', '2.7.18', 'crud', '/missing.pem', 'IOError: [Errno 2] No such file or directory'],
    ['3.0.37', '2.7.18', 'form', '/missing.pem', 'IOError: [Errno 2] No such file or directory'],
    ['3.0.37', '2.7.18', 'form', '/broken.pem', 'urllib2.URLError: <urlopen error [X509] PEM lib>'],
    ['3.3.6', '3.7.16', 'crud', '/empty.pem', 'ssl.SSLError: [X509] no certificate or crl found'],
    [
      '3.6.0',
      '3.9.18',
      'form',
      '/missing.pem',
      'urllib.error.URLError: <urlopen error [Errno 2] No such file or directory>',
    ],
    [
      '3.6.1',
      '3.9.18',
      's3',
      '/missing.pem',
      'shotgun_api3.shotgun.ShotgunError: Max attemps limit reached.',
    ],
    // Measured: urllib2 of Python 2 makes no URLError of an IOError, so that it is not tried again.
    ['3.6.1', '2.7.18', 's3', '/missing.pem', 'IOError: [Errno 2] No such file or directory'],
    [
      '3.6.1',
      '2.7.18',
      'form',
      '/empty.pem',
      'shotgun_api3.shotgun.ShotgunError: Max attemps limit reached.',
    ],
    ['3.8.1', '3.9.18', 'crud', '/missing.pem', 'FileNotFoundError: [Errno 2] No such file or directory'],
    ['3.10.3', '3.13.0', 'form', '/missing.pem', 'FileNotFoundError: [Errno 2] No such file or directory'],
  ] as const)('%s on %s, %s with %s', (...[version, pythonVersion, path, file, error]) => {
    const { source } = resolve(version, { version: pythonVersion, path, set: { SHOTGUN_API_CACERTS: file } });
    expect(source).toMatchObject({ state: 'cannotLoad', error });
  });

  it('3.8.4 says that it ignores the variable for uploads', () => {
    const { source, sendsName } = resolve('3.8.4', {
      path: 's3',
      set: { SHOTGUN_API_CACERTS: '/studio.pem' },
    });
    expect(source.steps[0]).toMatchObject({
      name: 'SHOTGUN_API_CACERTS',
      value: '/studio.pem',
      outcome: 'ignored',
      reason: 'ignoredByVersion',
    });
    expect(sendsName).toBe(true);
  });

  it('uploads with a CA file of 3.8.1 neither send nor check the name, by the default store they do', () => {
    expect(resolve('3.8.1', { path: 'form' })).toMatchObject({ sendsName: false, checksName: false });
    const empty = resolve('3.8.1', { path: 'form', set: { SHOTGUN_API_CACERTS: '' } });
    expect(empty).toMatchObject({ sendsName: true, checksName: true });
  });

  it('on 3.13 uploads of 3.10 are strict, calls are not', () => {
    expect(resolve('3.10.3', { version: '3.13.0' }).openssl.strict).toBe(false);
    expect(resolve('3.10.3', { version: '3.13.0', path: 'form' }).openssl.strict).toBe(true);
  });

  it('fails to import where the Python is too new or too old', () => {
    expect(resolve('3.8.5', { version: '3.12.1' }).source).toMatchObject({ state: 'notImportable' });
    expect(resolve('3.10.3', { version: '3.8.18' }).source.error).toContain('requires Python version 3.9');
    const allowed = resolve('3.10.3', { version: '3.8.18', set: { SHOTGUN_ALLOW_OLD_PYTHON: '1' } });
    expect(allowed.source.state).toBe('anchors');
  });

  it('says nothing of a copy without a version, nor without the copy', () => {
    expect(resolve('', { copy: api(null) }).source.state).toBe('unknown');
    expect(
      resolveSource(consumerOf('shotgun_api3.crud', { python: python('3.11.7') }), factsOf()).source.state,
    ).toBe('unknown');
  });

  const INFO = '/studio/install/core/info.yml';
  const UNPACKED = '/studio/install/core/requirements/3.11/certs/shotgun_api3/lib/certifi/cacert.pem';
  const zipped = api('3.10.0', {
    location: '/studio/install/core/requirements/3.11/pkgs.zip!shotgun_api3',
    form: 'zip',
    core: INFO,
    zipPython: '3.11',
    bundles: [
      { path: UNPACKED, sha256: null, certificates: 1 },
      {
        path: '/studio/install/core/requirements/3.11/pkgs.zip!shotgun_api3/lib/httplib2/cacerts.txt',
        sha256: null,
        certificates: 1,
      },
    ],
  });
  const inCore = (version: string, set: Ask['set'], path: 'crud' | 'form' = 'crud'): ResolvedSource =>
    resolve('3.10.0', {
      copy: zipped,
      path,
      ...(set === undefined ? {} : { set }),
      cores: [core(INFO, version)],
      bundles: [...bundles, pem(UNPACKED, 'unpacked')],
    });

  it.each(['v0.23.7', 'v0.23.8', 'v0.23.9'])('tk-core %s ignores the variable, even a bad one', (version) => {
    for (const value of ['/studio.pem', '/missing.pem', ''])
      for (const path of ['crud', 'form'] as const) {
        const { anchors, source } = inCore(version, { SHOTGUN_API_CACERTS: value }, path);
        expect(anchors).toEqual(names('unpacked'));
        expect(source.steps[0]).toMatchObject({ outcome: 'ignored', reason: 'ignoredByCore' });
      }
  });

  it.each(['v0.23.10', 'v0.24.0'])('tk-core %s honours it, and takes an empty one for none', (version) => {
    expect(inCore(version, { SHOTGUN_API_CACERTS: '/studio.pem' }).anchors).toEqual(names('studio'));
    expect(inCore(version, { SHOTGUN_API_CACERTS: '' }).anchors).toEqual(names('unpacked'));
    expect(inCore(version, { SHOTGUN_API_CACERTS: '' }, 'form').anchors).toEqual(names('unpacked'));
  });

  it('of a core that states no version nobody knows whether the variable counts', () => {
    const { source } = inCore('HEAD', { SHOTGUN_API_CACERTS: '/studio.pem' });
    expect(source.state).toBe('unknown');
    expect(source.error).toContain('version of the Toolkit core');
    expect(inCore('HEAD', {}).anchors).toEqual(names('unpacked'));
  });

  it.each(['3.8.18', '3.12.1', '3.14.0'])('a core has no zip for Python %s', (version) => {
    const facts = factsOf({ apis: [zipped], cores: [core(INFO, 'v0.23.10')] });
    const consumer = consumerOf('shotgun_api3.crud', { python: python(version), api: zipped });
    expect(resolveSource(consumer, facts).source).toMatchObject({
      state: 'notImportable',
      error: "ImportError: cannot import name 'shotgun_api3' from 'tank_vendor'",
    });
  });

  it('the same bytes elsewhere say what a bundle holds', () => {
    const digest = anchor('bytes');
    const copy = api('3.10.3', {
      bundles: [{ path: '/x/lib/certifi/cacert.pem', sha256: digest, certificates: 1 }],
    });
    const twin = { ...pem('/y/cacert.pem', 'twin'), sha256: digest };
    expect(resolve('3.10.3', { copy, bundles: [twin] }).anchors).toEqual(names('twin'));
  });
});

describe('an OpenSSL without SHA-2', () => {
  const ancient = (version: string, set: Readonly<Record<string, string>> = {}) => {
    const copy = api(version);
    const old = python('2.7.8');
    const ssl = { ...old.ssl, versionInfo: [0, 9, 7, 12, 15] } as PythonEnvironment['ssl'];
    const consumer = consumerOf('shotgun_api3.crud', { python: { ...old, ssl }, api: copy, set });
    return resolveSource(consumer, factsOf({ apis: [copy], bundles: ownBundles() })).source;
  };

  it.each([
    ['3.0.24', {}, 'anchors'],
    ['3.0.25', {}, 'verificationOff'],
    ['3.5.1', {}, 'verificationOff'],
    ['3.5.1', { SHOTGUN_FORCE_CERTIFICATE_VALIDATION: '' }, 'anchors'],
  ])('%s with %j: %s', (version, set, state) => {
    expect(ancient(version, set).state).toBe(state);
  });
});

describe('Toolkit’s urlopen', () => {
  it('is what the browser login of cores before v0.22.1 verifies by', () => {
    const steps = (version: string) => {
      const facts = factsOf({ cores: [core('/tk/info.yml', version)] });
      const consumer = consumerOf('toolkit.urlopen', { python: python('3.9.18', { kind: 'dcc' }) });
      return resolveSource(consumer, facts).source.steps.filter(({ reason }) => reason === 'browserLoginToo');
    };

    expect(steps('v0.22.0')).toMatchObject([{ name: 'tk-core v0.22.0', value: '/tk/info.yml' }]);
    expect(steps('v0.22.1')).toEqual([]);
  });
});
