import { chmodSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestHost } from '../testing/host.ts';
import { discoverOn, makePythonHost, makeVenv } from '../testing/pythons.ts';

let host: TestHost;
beforeEach(() => {
  host = makePythonHost();
});
afterEach(() => {
  host.remove();
});

const PYTHON = 'opt/app/bin/python';

async function packagesOf(files: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const sites = makeVenv(host, 'opt/app');
  for (const [name, text] of Object.entries(files)) host.put(`${sites}/${name}`, text);
  const { pythons } = await discoverOn(host);
  return Object.fromEntries(
    (pythons[PYTHON]?.packages ?? []).map(({ name, version, location, bundle }) => [
      name,
      [
        version,
        location.replace(`${host.at(sites)}/`, ''),
        bundle?.replace(`${host.at(sites)}/`, '') ?? null,
      ],
    ]),
  );
}

describe('packages', () => {
  it('are looked for once where lib64 is a link to lib', async () => {
    const sites = makeVenv(host, 'opt/app');
    symlinkSync('lib', host.at('opt/app/lib64'));
    // Others may write it, so that it is not asked and its directories are worked out.
    chmodSync(host.at('opt/app/bin'), 0o777);

    const { result } = await discoverOn(host);

    expect(
      result.sites.map(({ directory }) => directory).filter((one) => one.startsWith(host.at('opt/app'))),
    ).toEqual([host.at(sites)]);
  });

  it('are found as directories and as modules, each with the CA file that it brings itself', async () => {
    expect(
      await packagesOf({
        'ca_certs_locater.py': 'def get(): return "/x"\n',
        'certifi/__init__.py': '__version__ = "2021.10.08"\n',
        'certifi/cacert.pem': '',
        'requests/__init__.py': "__version__ = '2.5.1'\n",
        'requests/cacert.pem': '',
        'httplib2/__init__.py': '__version__ = "0.9.2"\n',
        'httplib2/cacerts.txt': '',
        'botocore/__init__.py': '__version__ = "1.34.0"\n',
        'botocore/cacert.pem': '',
        'pip/__init__.py': '__version__ = "23.2.1"\n',
        'pip/_vendor/certifi/cacert.pem': '',
        'shotgun_api3/shotgun.py': '__version__ = "3.2.0"\n',
        'shotgun_api3/lib/httplib2/python3/cacerts.txt': '',
        'truststore/__init__.py': '__version__ = "0.9.1"\n',
        'certifi_win32/__init__.py': '',
        'python_certifi_win32-1.6.1.dist-info/METADATA': '',
      }),
    ).toEqual({
      ca_certs_locater: [null, 'ca_certs_locater.py', null],
      certifi: ['2021.10.08', 'certifi', 'certifi/cacert.pem'],
      requests: ['2.5.1', 'requests', 'requests/cacert.pem'],
      httplib2: ['0.9.2', 'httplib2', 'httplib2/cacerts.txt'],
      botocore: ['1.34.0', 'botocore', 'botocore/cacert.pem'],
      pip: ['23.2.1', 'pip', 'pip/_vendor/certifi/cacert.pem'],
      shotgun_api3: ['3.2.0', 'shotgun_api3', 'shotgun_api3/lib/httplib2/python3/cacerts.txt'],
      truststore: ['0.9.1', 'truststore', null],
      certifi_win32: ['1.6.1', 'certifi_win32', null],
    });
  });

  it('of a distribution name the bundle that it put there; a single file of shotgun_api3 says its version', async () => {
    expect(
      await packagesOf({
        'requests/__init__.py': "__version__ = '2.28.1'\n",
        'requests/certs.py': "def where():\n    return '/etc/ssl/certs/ca-certificates.crt'\n",
        'httplib2/__init__.py': '__version__ = "0.20.4"\n',
        'httplib2/certs.py': 'BUILTIN_CA_CERTS = "/etc/ssl/certs/ca-certificates.crt"\n',
        'httplib2/cacerts.txt': '',
        'shotgun_api3.py': '#!/usr/bin/env python\n__version__ = "3.0.4"\n',
      }),
    ).toEqual({
      requests: ['2.28.1', 'requests', '/etc/ssl/certs/ca-certificates.crt'],
      httplib2: ['0.20.4', 'httplib2', '/etc/ssl/certs/ca-certificates.crt'],
      shotgun_api3: ['3.0.4', 'shotgun_api3.py', null],
    });
  });
});

describe('start-up hooks', () => {
  it('are told by what they do to the trust store', async () => {
    const sites = makeVenv(host, 'opt/app');
    for (const [name, text] of Object.entries({
      'a.pth': 'import pip_system_certs.bootstrap\n',
      'b.pth': '# import truststore\n../lib\n',
      'c.pth': 'import certifi_win32.bootstrap\n',
      'd.pth': 'import sys; exec("pass")\n',
      'sitecustomize.py': '# truststore is nice\nimport truststore\ntruststore.inject_into_ssl()\n',
      'usercustomize.py': 'pass\n',
    }))
      host.put(`${sites}/${name}`, text);
    chmodSync(host.at('opt/app/bin'), 0o777);

    const { pythons } = await discoverOn(host);

    const own = pythons[PYTHON]?.hooks?.filter(({ path }) => path.startsWith(host.root));
    expect(own?.map(({ path, effect }) => [path.replace(`${host.at(sites)}/`, ''), effect])).toEqual([
      ['a.pth', 'pipSystemCerts'],
      ['c.pth', 'certifiWin32'],
      ['d.pth', 'other'],
      ['sitecustomize.py', 'truststore'],
      ['usercustomize.py', 'other'],
    ]);
  });

  it('that put something else in the place of ssl’s context, or switch verification off, show in what the interpreter says', async () => {
    const sites = makeVenv(host, 'opt/app');
    host.put(`${sites}/hook.pth`, 'import trustfleet_test_hook\n');
    host.put(
      `${sites}/trustfleet_test_hook.py`,
      'import ssl\nclass Injected(ssl.SSLContext):\n    pass\nssl.SSLContext = Injected\nssl._create_default_https_context = ssl._create_unverified_context\n',
    );

    const { pythons } = await discoverOn(host);

    expect(pythons[PYTHON]).toMatchObject({
      facts: 'run',
      ssl: {
        importError: null,
        libressl: false,
        sni: true,
        httpsVerifies: false,
        contextClass: 'trustfleet_test_hook.Injected',
      },
    });
  });
});
