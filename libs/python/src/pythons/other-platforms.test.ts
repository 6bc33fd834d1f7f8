import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { pythonsSection, type PythonsSection } from '@trustfleet/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { discoverPythons } from '../index.ts';
import type { PythonPorts, Registry } from '../ports.ts';
import { makeTestHost, realPorts } from '../testing/host.ts';

const host = makeTestHost();
afterAll(() => {
  host.remove();
});

const KIM = 'S-1-5-21-1-2-3-1001';
const PROFILES = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';

type Keys = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Keys by `localMachine\…` or `users\…`; a key's parents are there too. */
function registry(keys: Keys): Registry {
  const names = Object.keys(keys);
  return {
    read(hive, key) {
      const at = key === '' ? hive : `${hive}\\${key}`;
      const below = names.filter((name) => name.startsWith(`${at}\\`));
      if (below.length === 0 && keys[at] === undefined)
        return Promise.resolve({ state: 'missing', detail: `${at} does not exist` });
      const values = Object.entries(keys[at] ?? {}).map(([name, text]) => ({ name, text, expands: false }));
      const children = new Set(below.map((name) => name.slice(at.length + 1).split('\\')[0] ?? ''));
      return Promise.resolve({ state: 'read', values, keys: [...children] });
    },
  };
}

/** A drive C: of its own, as Windows shows one: what is opened with a person's rights is refused, as the real host does. */
function windowsPorts(keys: Keys): { readonly ports: PythonPorts; readonly opened: string[] } {
  const real = realPorts();
  const opened: string[] = [];
  const at = (path: string): string => host.at(path.replaceAll('\\', '/'));
  const refused = (path: string) => ({
    ...{ state: 'unreadable' as const, size: null, realPath: null },
    detail: `${path} was not read: on Windows nothing is opened with a person's rights yet`,
  });
  const ports: PythonPorts = {
    ...real,
    ...{ platform: 'windows', uid: -1, canActAs: false, registry: registry(keys) },
    users: () => Promise.resolve({ users: [], detail: null }),
    runProgram: () => Promise.reject(new Error('nothing may be started')),
    networkShare: (path) => Promise.resolve(/^[\\/]{2}/.test(path) ? { type: 'share', export: '' } : null),
    readFile(path, options) {
      opened.push(path);
      return options?.asUser === undefined ? real.readFile(at(path)) : Promise.resolve(refused(path));
    },
    async listDirectory(path) {
      opened.push(path);
      return await real.listDirectory(at(path));
    },
    async inspectPath(path) {
      const chain = await real.inspectPath(at(path));
      return {
        ...chain,
        owners: [],
        writable: null,
        openToAll: false,
        realPath: chain.realPath === null ? null : path.replaceAll('/', '\\'),
      };
    },
    identify: (paths) => real.identify(paths.map(at)),
    findForeign: () =>
      Promise.resolve({ state: 'unknown', path: null, detail: 'not looked at on Windows yet' }),
    findFiles: (search) =>
      Promise.resolve({
        paths: readdirSync(at(search.root), { recursive: true, encoding: 'utf8' })
          .filter((name) => search.names.includes(name.split('/').at(-1) ?? ''))
          .map((name) => `${search.root}/${name}`.replaceAll('/', '\\')),
        complete: true,
        detail: null,
      }),
  };
  return { ports, opened };
}

function byPath(section: PythonsSection): Record<string, PythonsSection['pythons'][number]> {
  expect(pythonsSection.parse(section)).toEqual(section);
  return Object.fromEntries(section.pythons.map((python) => [python.path, python]));
}

const MZ = 'MZ no real program';

describe('Windows', () => {
  it('lists what is registered, what products bring and the stubs of the Store; nothing is started, nothing of a person opened', async () => {
    host.put('C:/Program Files/Python311/python.exe', MZ);
    host.put('C:/Program Files/Python311/Lib/os.py', '');
    host.put('C:/Program Files/Python311/include/patchlevel.h', '#define PY_VERSION "3.11.7"\n');
    const site = 'C:/Program Files/Python311/Lib/site-packages';
    host.put(`${site}/certifi/__init__.py`, '__version__ = "2024.07.04"\n');
    host.put(`${site}/certifi/cacert.pem`, '');
    host.put(`${site}/extra.pth`, 'D:\\studio\\lib\r\nimport certifi_win32.bootstrap\r\n');
    host.put('C:/Program Files/Autodesk/Maya2024/bin/mayapy.exe', MZ);
    host.put('C:/Program Files/Autodesk/Maya2024/Python/Lib/os.py', '');
    host.put('C:/Program Files/Autodesk/Maya2024/bin/python310.dll', '');
    host.put('C:/Program Files/Side Effects Software/Houdini 20.5.1/bin/hython.exe', MZ);
    host.put('C:/Program Files/Side Effects Software/Houdini 20.5.1/python311/python.exe', MZ);
    host.put('C:/Program Files/Shotgun/Python3/python.exe', MZ);
    host.put('D:/max/Python/python.exe', MZ);
    host.put('C:/Users/kim/AppData/Local/Microsoft/WindowsApps/python3.exe', MZ);
    host.put(
      'D:/studio/venvs/한 글/pyvenv.cfg',
      'home = C:\\Program Files\\Python311\r\nversion = 3.11.7\r\n',
    );
    host.put('D:/studio/venvs/한 글/Scripts/python.exe', MZ);
    const own = `users\\${KIM}\\Software\\Python\\PythonCore\\3.12`;
    const { ports, opened } = windowsPorts({
      'localMachine\\SOFTWARE\\Python\\PythonCore\\3.11': { SysVersion: '3.11' },
      'localMachine\\SOFTWARE\\Python\\PythonCore\\3.11\\InstallPath': {
        '': 'C:\\Program Files\\Python311\\',
        ExecutablePath: 'C:\\Program Files\\Python311\\python.exe',
      },
      'localMachine\\SOFTWARE\\WOW6432Node\\Python\\PythonCore\\2.7\\InstallPath': {
        '': '\\\\server\\python',
      },
      'localMachine\\SOFTWARE\\Python\\PyLauncher\\x\\InstallPath': { '': 'C:\\launcher' },
      'localMachine\\SOFTWARE\\Autodesk\\3dsMax\\26.0': {
        Installdir: 'D:\\max\\',
        ProductName: 'Autodesk 3ds Max 2024',
      },
      [own]: { Version: '3.12.1' },
      [`${own}\\InstallPath`]: {
        ExecutablePath: 'C:\\Users\\kim\\AppData\\Local\\Programs\\Python\\Python312\\python.exe',
      },
      [`localMachine\\${PROFILES}\\${KIM}`]: { ProfileImagePath: '%SystemDrive%\\Users\\kim' },
    });

    const { section, certifi, sites } = await discoverPythons(ports, {
      root: '/',
      processEnv: { SystemDrive: 'C:', Path: 'C:\\Windows;\\\\server\\bin' },
      search: ['D:\\studio'],
    });

    const pythons = byPath(section);
    expect(
      Object.fromEntries(
        Object.entries(pythons).map(([path, one]) => [path, [one.kind, one.product ?? null, one.version]]),
      ),
    ).toEqual({
      'C:\\Program Files\\Python311\\python.exe': ['windowsRegistry', null, '3.11.7'],
      'C:\\Program Files\\Autodesk\\Maya2024\\bin\\mayapy.exe': ['dcc', 'Maya 2024', '3.10'],
      'C:\\Program Files\\Side Effects Software\\Houdini 20.5.1\\python311\\python.exe': [
        'dcc',
        'Houdini 20.5.1',
        null,
      ],
      'C:\\Program Files\\Shotgun\\Python3\\python.exe': ['shotgridDesktop', 'ShotGrid Desktop', null],
      'D:\\max\\Python\\python.exe': ['dcc', 'Autodesk 3ds Max 2024', null],
      'C:\\Users\\kim\\AppData\\Local\\Microsoft\\WindowsApps\\python3.exe': ['store', null, null],
      'C:\\Users\\kim\\AppData\\Local\\Programs\\Python\\Python312\\python.exe': [
        'windowsRegistry',
        null,
        '3.12.1',
      ],
      'D:\\studio\\venvs\\한 글\\Scripts\\python.exe': ['venv', null, '3.11.7'],
    });
    for (const one of section.pythons) expect(one.facts).toBe('static');
    expect(pythons['C:\\Program Files\\Python311\\python.exe']).toMatchObject({
      packages: [
        {
          name: 'certifi',
          version: '2024.07.04',
          bundle: 'C:\\Program Files\\Python311\\Lib\\site-packages\\certifi\\cacert.pem',
        },
      ],
      hooks: [
        { path: 'C:\\Program Files\\Python311\\Lib\\site-packages\\extra.pth', effect: 'certifiWin32' },
      ],
    });
    expect(certifi.map(({ path }) => path)).toEqual([
      'C:\\Program Files\\Python311\\Lib\\site-packages\\certifi\\cacert.pem',
    ]);
    expect(sites).toContainEqual({
      directory: 'D:\\studio\\lib',
      python: 'C:\\Program Files\\Python311\\python.exe',
    });
    const ofKim = opened.filter((path) => path.includes('/kim/'));
    expect(ofKim).toEqual(['C:/Users/kim/AppData/Local/Microsoft/WindowsApps']);
    expect(opened.filter((path) => /^[\\/]{2}/.test(path))).toEqual([]);
  });

  it('says nothing of a registry that cannot be reached but why', async () => {
    const { ports } = windowsPorts({});
    const { section } = await discoverPythons({ ...ports, registry: null }, { processEnv: {} });
    expect(section.pythons.filter(({ kind }) => kind === 'windowsRegistry')).toEqual([]);
  });
});

describe('macOS', () => {
  const mac = makeTestHost();
  afterAll(() => {
    mac.remove();
  });
  const macPorts = (): PythonPorts => ({
    ...realPorts(),
    platform: 'macos',
    runProgram: () => Promise.reject(new Error('nothing may be started')),
    findForeign: () =>
      Promise.resolve({ state: 'unknown', path: null, detail: 'no find(1) with -printf here' }),
  });

  it('finds python.org, Homebrew, the developer tools and products; its stub is never started', async () => {
    for (const path of [
      'Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12',
      'opt/homebrew/opt/python@3.13/bin/python3.13',
      'Library/Developer/CommandLineTools/usr/bin/python3',
      'Applications/Autodesk/maya2025/Maya.app/Contents/bin/mayapy',
      'Applications/Shotgun.app/Contents/Resources/Python3/bin/python3',
      'usr/bin/python3',
    ])
      mac.put(path, '\xcf\xfa\xed\xfe no real program', 0o755);
    mac.put('Library/Frameworks/Python.framework/Versions/3.12/lib/python3.12/os.py', '');
    mac.put('etc/passwd', '');
    mac.put('opt/venv/pyvenv.cfg', 'home = /usr/bin\n');
    mkdirSync(mac.at('opt/venv/bin'), { recursive: true });
    symlinkSync(mac.at('usr/bin/python3'), mac.at('opt/venv/bin/python'));

    const { section } = await discoverPythons(macPorts(), { root: mac.root, processEnv: {}, path: '' });

    const pythons = byPath(section);
    expect(
      Object.fromEntries(
        Object.entries(pythons).map(([path, one]) => [
          path.replace(`${mac.root}/`, ''),
          [one.kind, one.product ?? null],
        ]),
      ),
    ).toEqual({
      'Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12': ['framework', null],
      'opt/homebrew/opt/python@3.13/bin/python3.13': ['homebrew', null],
      'Library/Developer/CommandLineTools/usr/bin/python3': ['commandLineTools', null],
      'Applications/Autodesk/maya2025/Maya.app/Contents/bin/mayapy': ['dcc', 'Maya 2025'],
      'Applications/Shotgun.app/Contents/Resources/Python3/bin/python3': [
        'shotgridDesktop',
        'ShotGrid Desktop',
      ],
      'usr/bin/python3': ['commandLineTools', null],
      'opt/venv/bin/python': ['venv', null],
    });
    expect(pythons[mac.at('opt/venv/bin/python')]?.notRunBecause).toMatch(/developer tools/);
    expect(pythons[mac.at('usr/bin/python3')]?.notRunBecause).toMatch(/developer tools/);
  });
});
