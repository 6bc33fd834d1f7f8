import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import { createHost } from '@trustfleet/host';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { concerns, launchedVariables } from './launchers.ts';
import { launchersInCode } from './launchers-in-code.ts';
import { shellVariables } from './shell-variables.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'trustfleet-launchers-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<string> {
  const at = join(home, path);
  await mkdir(dirname(at), { recursive: true });
  await writeFile(at, text);
  return at;
}

it('reads Maya.env and houdini.env, each for its own product', async () => {
  const maya = await put(
    'maya/2024/Maya.env',
    'MAYA_MODULE_PATH = /x\r\nSSL_CERT_FILE = /studio/ca.pem\r\n// REQUESTS_CA_BUNDLE = /no\r\n',
  );
  await put('maya/scripts/Maya.env', 'SSL_CERT_FILE = /no\n');
  const houdini = await put(
    'houdini20.5/houdini.env',
    '# x\nREQUESTS_CA_BUNDLE = "/studio/a b.pem"\nHTTPS_PROXY=\n',
  );

  const launched = await launchedVariables(createHost(), { HOME: home });

  expect(launched).toEqual([
    { name: 'SSL_CERT_FILE', value: '/studio/ca.pem', product: 'Maya 2024', file: maya },
    { name: 'REQUESTS_CA_BUNDLE', value: '/studio/a b.pem', product: 'Houdini 20.5', file: houdini },
    { name: 'HTTPS_PROXY', value: '', product: 'Houdini 20.5', file: houdini },
  ]);
  const { section } = shellVariables({ env: { SSL_CERT_FILE: '/shell.pem', PATH: '/bin' }, launched });
  expect(section.variables).toEqual([
    { name: 'SSL_CERT_FILE', scope: 'machine', owner: null, value: '/shell.pem', source: 'this shell' },
    { name: 'SSL_CERT_FILE', scope: 'user', owner: 'Maya 2024', value: '/studio/ca.pem', source: maya },
    {
      name: 'REQUESTS_CA_BUNDLE',
      scope: 'user',
      owner: 'Houdini 20.5',
      value: '/studio/a b.pem',
      source: houdini,
    },
  ]);
  const of = (accounts: string[], product: string | null) => concerns(launched, { accounts, product });
  expect([
    of(['Maya 2024'], 'Maya 2024'),
    of(['Maya 2024'], 'Houdini 20.5.1'),
    of(['Maya 2024'], null),
  ]).toEqual([true, false, false]);
  expect([of(['Houdini 20.5'], 'Houdini 20.5.278'), of([], null), of(['ada'], null)]).toEqual([
    true,
    true,
    true,
  ]);
});

it('reads packages of Houdini, which come after houdini.env, and simple assignments of Nuke’s own start', async () => {
  await put('houdini20.5/houdini.env', 'SSL_CERT_FILE = /first.pem\n');
  const houdini = await put(
    'houdini20.5/packages/studio.json',
    JSON.stringify({
      hpath: '/x',
      env: [
        { SSL_CERT_FILE: '/studio/ca.pem', HOUDINI_PATH: '/x' },
        { SHOTGUN_API_CACERTS: { value: '/studio/sg.pem', method: 'replace' } },
        { REQUESTS_CA_BUNDLE: [{ 'houdini_version >= 20': '/only-then.pem' }] },
        { HTTPS_PROXY: 'http://me:hunter2@proxy:3128' },
      ],
    }),
  );
  await put('houdini20.5/packages/broken.json', '{ "env": [');
  await put('houdini20.5/packages/list.json', '[1]');
  const nuke = await put(
    '.nuke/init.py',
    [
      'import os',
      "os.environ['SHOTGUN_API_CACERTS'] = '/nuke/sg.pem'  # mine",
      '# os.environ["SSL_CERT_FILE"] = "/comment.pem"',
      'if False:',
      '    os.environ["REQUESTS_CA_BUNDLE"] = "/indented.pem"',
      '"""',
      "os.environ['CURL_CA_BUNDLE'] = '/text.pem'",
      '"""',
      "os.environ['SSL_CERT_DIR'] = os.path.join('/x', 'y')",
      "os.environ['NUKE_PATH'] = '/x'",
    ].join('\n'),
  );
  const menu = await put('.nuke/menu.py', 'import os\nos.environ.setdefault("PIP_CERT", "/nuke/pip.pem")\n');

  const launched = await launchedVariables(createHost(), { HOME: home });

  expect(launched).toEqual([
    { name: 'SSL_CERT_FILE', value: '/studio/ca.pem', product: 'Houdini 20.5', file: houdini },
    { name: 'SHOTGUN_API_CACERTS', value: '/studio/sg.pem', product: 'Houdini 20.5', file: houdini },
    { name: 'HTTPS_PROXY', value: 'http://***@proxy:3128', product: 'Houdini 20.5', file: houdini },
    { name: 'SHOTGUN_API_CACERTS', value: '/nuke/sg.pem', product: 'Nuke', file: nuke },
    { name: 'PIP_CERT', value: '/nuke/pip.pem', product: 'Nuke', file: menu },
  ]);
  const of = (product: string) => concerns(launched, { accounts: ['Nuke'], product });
  expect([of('Nuke 15.1v1'), of('Houdini 20.5')]).toEqual([true, false]);
});

it('reads what hooks of Toolkit and packages of rez set in code', async () => {
  const hook = await put(
    'config/hooks/before_app_launch.py',
    'import os\nos.environ["SSL_CERT_FILE"] = "/nowhere/ca.pem"\n',
  );
  const rez = await put('rez/maya/2024/package.py', 'def commands():\n    env.PYTHONHTTPSVERIFY = "0"\n');
  const configuration = { path: home, kind: 'descriptor' as const, core: null, corePath: null, site: null };

  const found = await launchersInCode({
    // As whoever asks.
    host: { ...createHost(), canActAs: false },
    env: { REZ_MAYA_ROOT: join(home, 'rez/maya/2024/variant'), REZ_VERSION: '2' },
    catalogue: ROOT_CATALOGUE,
    sections: {
      shotgrid: {
        ...{ apis: [], cores: [], problems: [] },
        configurations: [{ ...configuration, keys: [], interpreter: null, shared: null }],
      },
    },
  });

  expect(found.toSorted()).toEqual(
    [
      `${hook}:2: the variable is set in code to /nowhere/ca.pem, which does not exist`,
      `${rez}:2: verification of Python 2.7 is switched off (PYTHONHTTPSVERIFY=0)`,
    ].toSorted(),
  );
});

it('masks credentials of a proxy', () => {
  const { section } = shellVariables({ env: { HTTPS_PROXY: 'http://me:hunter2@proxy:3128' }, launched: [] });

  expect(section.settings).toMatchObject([{ value: 'http://***@proxy:3128' }]);
});
