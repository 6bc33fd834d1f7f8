import { describe, expect, it } from 'vitest';
import { resolveSource, type ResolvedSource } from '../index.ts';
import { ask, bundles, CERTIFI, hook, names } from '../testing/clients.ts';
import { api, consumerOf, factsOf, installed, ownBundles, pem, python } from '../testing/facts.ts';

describe('start-up hooks', () => {
  const packages = [installed('requests', '2.32.5'), CERTIFI];

  it('under truststore a file only adds', () => {
    const { anchors, source } = ask({ client: 'requests', packages, more: hook('truststore') });
    expect(anchors).toEqual(names('certifi', 'system', 'directory'));
    expect(source.steps.at(-1)).toMatchObject({ kind: 'injection', outcome: 'added', reason: 'truststore' });
  });

  it('requests 2.32.0 – 2.32.4 loads no certifi under truststore, a named file it does', () => {
    const preloading = [installed('requests', '2.32.3'), CERTIFI];
    const with_ = (set: Readonly<Record<string, string>>): ResolvedSource =>
      ask({ client: 'requests', packages: preloading, more: hook('truststore'), set });
    expect(with_({}).anchors).toEqual(names('system', 'directory'));
    expect(with_({}).source.steps.at(-1)).toMatchObject({ kind: 'injection', outcome: 'used' });
    expect(with_({ REQUESTS_CA_BUNDLE: '/studio.pem' }).anchors).toEqual(
      names('studio', 'system', 'directory'),
    );
  });

  it('truststore needs Python 3.10, and does not mend a bad path', () => {
    expect(
      ask({ client: 'requests', version: '3.9.18', packages, more: hook('truststore') }).anchors,
    ).toEqual(names('certifi'));
    const set = { REQUESTS_CA_BUNDLE: '/missing.pem' };
    expect(ask({ client: 'requests', packages, more: hook('truststore'), set }).source.state).toBe(
      'cannotLoad',
    );
  });

  it('truststore knows other places where Python’s default store is empty', () => {
    const nowhere = {
      cafile: null,
      capath: null,
      opensslCafile: '/nowhere/cert.pem',
      opensslCapath: '/nowhere/certs',
    };
    const more = { ...hook('truststore'), verifyPaths: nowhere };
    const { anchors, source } = ask({ client: 'ssl', more });
    expect(anchors).toEqual(names('os'));
    expect(source.steps.filter(({ outcome }) => outcome === 'used')).toHaveLength(1);
  });

  it('pip-system-certs before 5 puts the default store in the place of every file, from 5 on it is truststore', () => {
    const set = { REQUESTS_CA_BUNDLE: '/studio.pem' };
    const with_ = (version: string): ResolvedSource =>
      ask({
        client: 'requests',
        packages: [...packages, installed('pip_system_certs', version)],
        more: hook('pipSystemCerts'),
        set,
      });
    expect(with_('4.0').anchors).toEqual(names('system', 'directory'));
    expect(with_('4.0').source.steps).toContainEqual(
      expect.objectContaining({ name: 'REQUESTS_CA_BUNDLE', outcome: 'ignored', reason: 'ignoredByHook' }),
    );
    expect(with_('5.3').anchors).toEqual(names('studio', 'system', 'directory'));
  });

  it('certifi-win32 gives the account’s file, or nothing is known', () => {
    const own = 'C:\\Users\\alice\\AppData\\Local\\.certifi\\cacert.pem';
    const more = hook('certifiWin32');
    expect(ask({ client: 'requests', platform: 'windows', packages, more }).source.state).toBe('unknown');
    const with_ = [...bundles, pem(own, 'ofWindows')];
    expect(ask({ client: 'requests', platform: 'windows', packages, more, bundles: with_ }).anchors).toEqual(
      names('ofWindows'),
    );
  });

  it('the API’s file no longer restricts under truststore', () => {
    const environment = python('3.11.7', hook('truststore'));
    const copy = api('3.10.3');
    const facts = factsOf({ bundles: [...bundles, ...ownBundles()] });
    const set = { SHOTGUN_API_CACERTS: '/studio.pem' };
    const found = resolveSource(
      consumerOf('shotgun_api3.crud', { python: environment, api: copy, set }),
      facts,
    );
    expect(found.anchors).toEqual(names('studio', 'system', 'directory'));
  });
});
