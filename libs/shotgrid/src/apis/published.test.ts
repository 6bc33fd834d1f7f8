import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoverOn, site, type Discovered } from '../testing/discover.ts';
import { makeTestHost, type TestHost } from '../testing/host.ts';
import { fetchWheel, installWheel, PUBLISHED } from '../testing/pypi.ts';

let host: TestHost;
let found: Discovered;
const CORE = 'opt/bundle_cache/app_store/tk-core/v0.24.0';
const siteOf = (name: string, version: string): string => `opt/${name}-${version}/site-packages`;

/** Installed by pip, as an egg, and as the zip of a core. */
beforeAll(async () => {
  host = makeTestHost();
  const copy = (wheel: string, path: string): void => {
    mkdirSync(dirname(host.at(path)), { recursive: true, mode: 0o755 });
    copyFileSync(wheel, host.at(path));
  };
  for (const [name, version, sha256] of PUBLISHED) {
    const wheel = await fetchWheel({ name, version, sha256 });
    await installWheel(wheel, host.directory(siteOf(name, version)));
    if (version === '3.3.6') copy(wheel, 'opt/eggs/shotgun_api3-3.3.6-py3.9.egg');
    if (version === '3.10.3') copy(wheel, `${CORE}/requirements/3.11/pkgs.zip`);
  }
  host.put(`${CORE}/info.yml`, 'version: "v0.24.0"\n');
  host.put(`${CORE}/python/tank_vendor/__init__.py`, '');
  host.put(
    `${CORE}/requirements/3.11/certs/shotgun_api3/lib/certifi/cacert.pem`,
    readFileSync(host.at(`${siteOf('shotgun-api3', '3.10.3')}/shotgun_api3/lib/certifi/cacert.pem`)),
  );
  found = await discoverOn(host, {
    sites: PUBLISHED.map(([name, version]) => site(host, siteOf(name, version))),
    search: [host.at('opt')],
  });
}, 300_000);
afterAll(() => {
  host.remove();
});

/** `file: certificates sha256`, as shotgrid.md §1.2 has them. */
function bundles(path: string): string[] {
  return (found.apis[path]?.bundles ?? []).map(
    ({ path: bundle, certificates, sha256 }) =>
      `${bundle.replace(/^.*shotgun_api3\/lib\//, '')}: ${certificates} ${sha256?.slice(0, 12) ?? ''}`,
  );
}

describe('what PyPI publishes', () => {
  it.each([
    [
      '3.2.4',
      '3.2.4',
      ['httplib2/python2/cacerts.txt: 70 2039836a620f', 'httplib2/python3/cacerts.txt: 70 010c9a7558e9'],
    ],
    [
      '3.3.6',
      '3.3.6',
      [
        'certifi/cacert.pem: 141 794d039ffdf2',
        'httplib2/python2/cacerts.txt: 70 2039836a620f',
        'httplib2/python3/cacerts.txt: 70 010c9a7558e9',
      ],
    ],
    [
      '3.5.1',
      '3.5.1',
      [
        'certifi/cacert.pem: 141 794d039ffdf2',
        ...['', 'python2/', 'python3/'].map((major) => `httplib2/${major}cacerts.txt: 71 01b9983f9e22`),
      ],
    ],
    [
      '3.8.5',
      // Its code was never told (shotgrid.md §1.1).
      '3.8.4',
      [
        'certifi/cacert.pem: 146 966ddc609c44',
        ...['', 'python2/', 'python3/'].map((major) => `httplib2/${major}cacerts.txt: 71 01b9983f9e22`),
      ],
    ],
    ['3.10.3', '3.10.3', ['certifi/cacert.pem: 118 bbc7e9c01d75', 'httplib2/cacerts.txt: 71 01b9983f9e22']],
  ])('as %s states %s and brings the bundles of its era', (published, stated, expected) => {
    const path = `${siteOf('shotgun-api3', published)}/shotgun_api3/shotgun.py`;

    expect(found.apis[path]).toMatchObject({ form: 'pip', metadataVersion: published, version: stated });
    expect(bundles(path)).toEqual(expected);
  });

  it('is the same as an egg and in the zip of a core', () => {
    const egg = 'opt/eggs/shotgun_api3-3.3.6-py3.9.egg!shotgun_api3/shotgun.py';
    expect(found.apis[egg]).toMatchObject({ form: 'egg', version: '3.3.6' });
    expect(bundles(egg)).toEqual(bundles(`${siteOf('shotgun-api3', '3.3.6')}/shotgun_api3/shotgun.py`));
    const zipped = `${CORE}/requirements/3.11/pkgs.zip!shotgun_api3/shotgun.py`;
    expect(found.apis[zipped]).toMatchObject({ form: 'zip', version: '3.10.3', zipPython: '3.11' });
    expect(bundles(zipped)).toEqual([
      'certifi/cacert.pem: 118 bbc7e9c01d75',
      'certifi/cacert.pem: 118 bbc7e9c01d75',
      'httplib2/cacerts.txt: 71 01b9983f9e22',
    ]);
  });

  it('as Toolkit brings the API that it vendors', () => {
    const sites = siteOf('sgtk', '0.21.7');
    const path = `${sites}/tank_vendor/shotgun_api3/shotgun.py`;

    expect(found.cores[`${sites}/sgtk-0.21.7.dist-info/METADATA`]).toMatchObject({
      ...{ kind: 'pip', version: 'v0.21.7', inUse: true, apis: [host.at(path)] },
    });
    expect(found.apis[path]).toMatchObject({ form: 'vendored', version: '3.6.2' });
    expect(bundles(path).map((bundle) => bundle.replace(/ \w+$/, ''))).toEqual([
      'certifi/cacert.pem: 147',
      ...['', 'python2/', 'python3/'].map((major) => `httplib2/${major}cacerts.txt: 71`),
    ]);
  });

  it('imports by the version and the CA file that were found', () => {
    const sites = host.at(siteOf('shotgun-api3', '3.10.3'));
    const said = execFileSync(
      'python3',
      ['-B', '-c', 'import shotgun_api3 as s; print(s.__version__); print(s.Shotgun._get_certs_file(None))'],
      {
        env: { PATH: process.env['PATH'], PYTHONPATH: sites, HOME: host.at('home/alice') },
        encoding: 'utf8',
      },
    );

    const api = found.apis[`${siteOf('shotgun-api3', '3.10.3')}/shotgun_api3/shotgun.py`];
    expect(said.trim().split('\n')).toEqual([api?.version, api?.bundles[0]?.path]);
  });

  it('is found without a problem', () => {
    expect(found.problems).toEqual([]);
    expect(Object.keys(found.apis)).toHaveLength(8);
  });
});
