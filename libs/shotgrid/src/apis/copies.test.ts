import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverOn, site } from '../testing/discover.ts';
import { makeTestHost, type TestHost } from '../testing/host.ts';
import { ERA_FILES, putApi, shotgunPy, zippedApi } from '../testing/layouts.ts';
import { makeZip } from '@trustfleet/certificates/testing';

let host: TestHost;
beforeEach(() => {
  host = makeTestHost();
});
afterEach(() => {
  host.remove();
});

const SITES = 'opt/py/lib/python3.11/site-packages';

describe('a copy in site-packages', () => {
  it('of pip: the version of its code, beside what the metadata believe', async () => {
    const path = putApi(host, SITES, { version: '3.8.4', files: ERA_FILES.all });
    host.put(
      `${SITES}/shotgun_api3-3.8.5.dist-info/METADATA`,
      'Metadata-Version: 2.1\nVersion: 3.8.5\n\nVersion: 9\n',
    );

    const { apis, result } = await discoverOn(host, { sites: [site(host, SITES)] });

    const package_ = `${SITES}/shotgun_api3`;
    expect(apis).toEqual({
      [`${package_}/shotgun.py`]: {
        path,
        location: host.at(package_),
        form: 'pip',
        version: '3.8.4',
        metadataVersion: '3.8.5',
        sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
        bundles: [
          ['certifi/cacert.pem', 4],
          ['httplib2/cacerts.txt', 1],
          ['httplib2/python2/cacerts.txt', 2],
          ['httplib2/python3/cacerts.txt', 3],
        ].map(([name, certificates]) => {
          const bundle = host.at(`${package_}/lib/${name}`);
          return {
            path: bundle,
            certificates,
            sha256: createHash('sha256').update(readFileSync(bundle)).digest('hex'),
          };
        }),
        ...{ core: null, zipPython: null, inUse: true, shared: null },
      },
    });
    expect(result.bundles).toEqual(
      [
        'certifi/cacert.pem',
        'httplib2/cacerts.txt',
        'httplib2/python2/cacerts.txt',
        'httplib2/python3/cacerts.txt',
      ].map((name) => ({
        path: host.at(`${package_}/lib/${name}`),
        api: path,
        version: '3.8.4',
        readAs: null,
      })),
    );
    expect(result.watch).toEqual(expect.arrayContaining([path, host.at(SITES)]));
  });

  it.each<readonly [file: string, content: string, said: object]>([
    [
      'shotgun_api3-3.0.36-py2.7.egg-info/PKG-INFO',
      'Name: shotgun_api3\nVersion: 3.0.36\n',
      { form: 'pip', metadataVersion: '3.0.36' },
    ],
    [
      'shotgun_api3-3.0.9.beta2-py2.7.egg-info',
      'Name: shotgun-api3\n',
      { form: 'pip', metadataVersion: '3.0.9.beta2' },
    ],
    ['shotgun_api3.egg-info/PKG-INFO', 'Version: 3.0.9\r\n', { form: 'pip', metadataVersion: '3.0.9' }],
    ['shotgun_api3-3.0.36.dist-info/RECORD', '', { form: 'pip', metadataVersion: '3.0.36' }],
    ['requests-2.31.0.dist-info/METADATA', 'Version: 2.31.0\n', { form: 'loose', metadataVersion: null }],
  ])('with %s', async (file, content, said) => {
    putApi(host, SITES, { version: '3.0.37', files: ERA_FILES.httplib2 });
    host.put(`${SITES}/${file}`, content);

    const { apis, problems } = await discoverOn(host, { sites: [site(host, SITES)] });

    expect(Object.values(apis)).toMatchObject([{ ...said, version: '3.0.37' }]);
    expect(problems).toEqual([]);
  });

  it('of one file, with either quote', async () => {
    host.put(`${SITES}/shotgun_api3.py`, shotgunPy('3.0.7', "'"));

    const { apis } = await discoverOn(host, { sites: [site(host, SITES)] });

    expect(apis).toMatchObject({
      [`${SITES}/shotgun_api3.py`]: {
        form: 'singleFile',
        version: '3.0.7',
        location: host.at(`${SITES}/shotgun_api3.py`),
        bundles: [],
      },
    });
  });

  it('as an egg, unpacked and zipped', async () => {
    putApi(host, `${SITES}/shotgun_api3-3.0.36-py2.7.egg`, { version: '3.0.37', files: ERA_FILES.httplib2 });
    host.put(`${SITES}/shotgun_api3-3.0.36-py2.7.egg/EGG-INFO/PKG-INFO`, 'Version: 3.0.36\n');
    const zipped = host.put(
      `${SITES}/shotgun_api3-3.0.13-py2.6.egg`,
      makeZip([...zippedApi('3.0.14'), { name: 'EGG-INFO/PKG-INFO', content: 'Version: 3.0.13\n' }]),
    );

    const { apis, result } = await discoverOn(host, { sites: [site(host, SITES)] });

    expect(apis).toMatchObject({
      [`${SITES}/shotgun_api3-3.0.13-py2.6.egg!shotgun_api3/shotgun.py`]: {
        ...{ form: 'egg', version: '3.0.14', metadataVersion: '3.0.13', location: `${zipped}!shotgun_api3` },
        bundles: [
          { path: `${zipped}!shotgun_api3/lib/certifi/cacert.pem`, certificates: 4 },
          { path: `${zipped}!shotgun_api3/lib/httplib2/cacerts.txt`, certificates: 1 },
        ],
      },
      [`${SITES}/shotgun_api3-3.0.36-py2.7.egg/shotgun_api3/shotgun.py`]: {
        ...{ form: 'egg', version: '3.0.37', metadataVersion: '3.0.36' },
      },
    });
    // ssl reads no file in a zip.
    expect(result.bundles.map(({ path }) => path)).toEqual([
      host.at(`${SITES}/shotgun_api3-3.0.36-py2.7.egg/shotgun_api3/lib/httplib2/cacerts.txt`),
    ]);
  });

  it('on a path that names the egg or the zip itself', async () => {
    const egg = `${SITES}/shotgun_api3-3.0.13-py2.6.egg`;
    host.put(egg, makeZip(zippedApi('3.0.14')));
    putApi(host, 'opt/other.egg', { version: '3.0.30' });
    host.put('opt/tools.zip', makeZip(zippedApi('3.2.2')));
    host.put('opt/none.zip', makeZip([{ name: 'a.py', content: '' }]));

    const sites = [egg, 'opt/other.egg', 'opt/tools.zip', 'opt/none.zip', 'opt/gone'].map((path) =>
      site(host, path),
    );
    const { apis, problems } = await discoverOn(host, { sites });

    expect(Object.entries(apis).map(([path, { version, form }]) => [path, version, form])).toEqual([
      ['opt/other.egg/shotgun_api3/shotgun.py', '3.0.30', 'egg'],
      [`${egg}!shotgun_api3/shotgun.py`, '3.0.14', 'egg'],
      ['opt/tools.zip!shotgun_api3/shotgun.py', '3.2.2', 'zip'],
    ]);
    expect(problems).toEqual([]);
  });

  it('of a developer, linked from the site', async () => {
    putApi(host, 'opt/src/python-api', { version: '3.9.2' });
    host.put(`${SITES}/shotgun-api3.egg-link`, `${host.at('opt/src/python-api')}\n.`);
    host.link(`opt/py2/site-packages/shotgun_api3`, host.at('opt/src/python-api/shotgun_api3'));

    const { apis } = await discoverOn(host, {
      sites: [site(host, SITES), site(host, 'opt/py2/site-packages')],
    });

    expect(Object.entries(apis).map(([path, { version, form }]) => [path, version, form])).toEqual([
      ['opt/py2/site-packages/shotgun_api3/shotgun.py', '3.9.2', 'loose'],
      ['opt/src/python-api/shotgun_api3/shotgun.py', '3.9.2', 'loose'],
    ]);
  });

  it.each(['툴/사이트', 'Program Files/파이썬'.normalize('NFD'), 'a b/c\nd', 'quote\'"$(x)'])(
    'below %j',
    async (directory) => {
      const path = putApi(host, directory, { version: '3.5.1' });

      const { apis } = await discoverOn(host, { sites: [site(host, directory)], search: [host.at('')] });

      expect(Object.values(apis)).toMatchObject([{ path, version: '3.5.1' }]);
    },
  );

  it('and none: modules that only have the name', async () => {
    host.put(`${SITES}/shotgun_api3.py`, 'print("a stub")\n');
    host.directory(`${SITES}/shotgun_api3`);
    host.put(`${SITES}/shotgun_api3_utils/shotgun.py`, shotgunPy('1'));

    const { apis, problems } = await discoverOn(host, { sites: [site(host, SITES)] });

    expect(apis).toEqual({});
    expect(problems).toEqual([]);
  });

  it('without a version: named, with no digest of what it is', async () => {
    host.put(`${SITES}/shotgun_api3/shotgun.py`, 'raise ImportError\n');

    const { apis } = await discoverOn(host, { sites: [site(host, SITES)] });

    expect(Object.values(apis)).toMatchObject([{ version: null, sha256: null, bundles: [] }]);
  });
});

describe('a search', () => {
  it('finds every form in a mixed tree, each once', async () => {
    putApi(host, 'opt/tools/python', { version: '3.0.33', files: ERA_FILES.httplib2 });
    putApi(host, 'opt/tools/venv/lib/python3.9/site-packages', { version: '3.3.6' });
    host.put('opt/tools/old/shotgun_api3.py', shotgunPy('3.0.5'));
    host.put('opt/tools/requirements/3.11/pkgs.zip', makeZip(zippedApi('3.10.3')));
    // A clone into a folder of the package's name.
    putApi(host, 'opt/tools/shotgun_api3', { version: '3.10.0' });
    putApi(host, 'opt/elsewhere', { version: '1' });

    const { apis, problems } = await discoverOn(host, {
      sites: [site(host, 'opt/tools/python')],
      search: [host.at('opt/tools'), host.at('opt/tools/python/shotgun_api3'), host.at('opt/gone')],
    });

    expect(
      Object.entries(apis).map(([path, { version, form, zipPython }]) => [path, version, form, zipPython]),
    ).toEqual([
      ['opt/tools/old/shotgun_api3.py', '3.0.5', 'singleFile', null],
      ['opt/tools/python/shotgun_api3/shotgun.py', '3.0.33', 'loose', null],
      ['opt/tools/requirements/3.11/pkgs.zip!shotgun_api3/shotgun.py', '3.10.3', 'zip', '3.11'],
      ['opt/tools/shotgun_api3/shotgun_api3/shotgun.py', '3.10.0', 'loose', null],
      ['opt/tools/venv/lib/python3.9/site-packages/shotgun_api3/shotgun.py', '3.3.6', 'loose', null],
    ]);
    expect(problems).toEqual(['opt/gone: It was to be searched and is not there']);
  });
});
