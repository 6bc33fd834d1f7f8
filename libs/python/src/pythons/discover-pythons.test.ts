import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CollectOptions } from '../index.ts';
import type { TestHost } from '../testing/host.ts';
import {
  discoverOn,
  makePythonHost,
  makeVenv,
  realInterpreters,
  type Discovered,
} from '../testing/pythons.ts';

let host: TestHost;
const discover = (more: Partial<CollectOptions> = {}): Promise<Discovered> => discoverOn(host, more);

beforeEach(() => {
  host = makePythonHost();
});
afterEach(() => {
  host.remove();
});

describe('real interpreters', () => {
  it('asks each of this machine, from 2.7 on', async () => {
    const interpreters = realInterpreters();
    expect(interpreters.length).toBeGreaterThan(0);
    const { result } = await discover({ path: interpreters.map((path) => dirname(path)).join(':') });
    for (const path of interpreters) {
      const python = result.section.pythons.find((found) => found.realPath === realpathSync(path));
      const script =
        'import platform, ssl; print(platform.python_version()); print(ssl.OPENSSL_VERSION); print(ssl.get_default_verify_paths().openssl_cafile)';
      const [version, openssl, cafile] = execFileSync(path, ['-E', '-c', script], {
        encoding: 'utf8',
        env: {},
      }).split('\n');
      expect(python, path).toMatchObject({
        facts: 'run',
        notRunBecause: null,
        implementation: 'CPython',
        version,
        openssl,
        verifyPaths: { opensslCafile: cafile },
      });
    }
  }, 120_000);

  it('gives the same twice', async () => {
    makeVenv(host, 'opt/app');
    const path = realInterpreters()
      .map((one) => dirname(one))
      .join(':');
    const facts = async (): Promise<string> => {
      // What it leaves for the next time says when it looked.
      const { known, ...found } = (await discover({ path })).result;
      return JSON.stringify([found, known.found]);
    };
    expect(await facts()).toBe(await facts());
  }, 120_000);
});

describe('facts from files', () => {
  it('reads version and packages of a Python that is not run, and counts its names as one', async () => {
    const lib = 'opt/tool/lib/python3.9';
    host.put('opt/tool/bin/python3.9', '\x7fELF no real program');
    chmodSync(host.at('opt/tool/bin'), 0o777);
    symlinkSync('python3.9', host.at('opt/tool/bin/python3'));
    host.put(`${lib}/os.py`, '');
    host.put('opt/tool/include/python3.9/patchlevel.h', '#define PY_VERSION      	"3.9.18"\n');
    host.put(`${lib}/site-packages/certifi/__init__.py`, '__version__ = "2024.07.04"\n');
    host.put(`${lib}/site-packages/certifi/cacert.pem`, '');
    host.put(
      `${lib}/site-packages/urllib3/_version.py`,
      "__version__: str\n__version__ = version = '2.2.1'\n",
    );
    host.put(`${lib}/site-packages/requests/__init__.py`, '');
    host.put(`${lib}/site-packages/requests-2.31.0.dist-info/METADATA`, '');
    host.put(`${lib}/site-packages/extra.pth`, '# a comment\nimport this_is_not_run\n../more\n');
    host.put(`${lib}/more/shotgun_api3/shotgun.py`, '__version__ = "3.4.0"\n');
    mkdirSync(host.at(`${lib}/site-packages/httplib2`));
    const { pythons, result } = await discover();
    expect(Object.keys(pythons)).toEqual(['opt/tool/bin/python3']);
    expect(pythons['opt/tool/bin/python3']).toMatchObject({
      realPath: host.at('opt/tool/bin/python3.9'),
      kind: 'opt',
      version: '3.9.18',
      facts: 'static',
      notRunBecause: expect.stringContaining('can be written by its group or by others') as string,
      openssl: null,
    });
    expect(pythons['opt/tool/bin/python3']?.packages.map(({ name, version }) => [name, version])).toEqual([
      ['certifi', '2024.07.04'],
      ['requests', '2.31.0'],
      ['shotgun_api3', '3.4.0'],
      ['urllib3', '2.2.1'],
    ]);
    expect(result.certifi).toMatchObject([
      {
        path: host.at(`${lib}/site-packages/certifi/cacert.pem`),
        version: '2024.07.04',
        python: host.at('opt/tool/bin/python3'),
      },
    ]);
  });

  it('knows the bundle of a certifi that a distribution patched', async () => {
    const sites = makeVenv(host, 'opt/app');
    host.put(`${sites}/certifi/__init__.py`, '__version__ = "2022.09.24"\n');
    host.put(`${sites}/certifi/core.py`, 'def where():\n    return "/etc/ssl/certs/ca-certificates.crt"\n');
    const { result } = await discover();
    expect(result.certifi).toMatchObject([
      { path: '/etc/ssl/certs/ca-certificates.crt', version: '2022.09.24' },
    ]);
  });

  it('leaves shims, scripts of other names and FIFOs out', async () => {
    host.put(
      'root/.pyenv/shims/python3',
      '#!/usr/bin/env bash\nset -e\nexec "/root/.pyenv/libexec/pyenv" exec "$program" "$@"\n',
      0o755,
    );
    host.put('opt/a/bin/python3', '#!/usr/bin/env bash\nexec "/x/pyenv" exec "$program" "$@"\n', 0o755);
    host.put('opt/a/bin/python3-config', '#!/bin/sh\n', 0o755);
    mkdirSync(host.at('opt/b/bin'), { recursive: true });
    execFileSync('/usr/bin/mkfifo', [host.at('opt/b/bin/python3')]);
    symlinkSync('nowhere', host.at('opt/b/bin/python2'));
    const { pythons } = await discover({ path: host.at('root/.pyenv/shims') });
    expect(pythons).toEqual({});
  });
});
