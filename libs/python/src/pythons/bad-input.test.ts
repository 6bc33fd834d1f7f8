import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PythonEnvironment } from '@trustfleet/protocol';
import { discoverPythons, type CollectOptions } from '../index.ts';
import type { PythonPorts } from '../ports.ts';
import { IS_ROOT, realPorts, type TestHost } from '../testing/host.ts';
import { addHook, discoverOn, giveToAlice, makePythonHost, makeVenv, tattle } from '../testing/pythons.ts';

let host: TestHost;
beforeEach(() => {
  host = makePythonHost();
});
afterEach(() => {
  host.remove();
});

const PYTHON = 'opt/app/bin/python';

/** Without those of this machine's own Python. */
const ownHooks = (python: PythonEnvironment | undefined) =>
  python?.hooks?.filter(({ path }) => path.startsWith(host.root));

describe('files that are none', () => {
  it('takes no FIFO, device or root’s own file for a package, a hook or a setting of an environment', async () => {
    const sites = makeVenv(host, 'opt/app');
    for (const name of ['certifi', 'requests', 'httplib2', 'urllib3']) mkdirSync(host.at(`${sites}/${name}`));
    execFileSync('/usr/bin/mkfifo', [
      host.at(`${sites}/certifi/__init__.py`),
      host.at(`${sites}/hang.pth`),
      host.at(`${sites}/sitecustomize.py`),
    ]);
    symlinkSync('/dev/zero', host.at(`${sites}/requests/__version__.py`));
    symlinkSync('/dev/zero', host.at(`${sites}/zero.pth`));
    symlinkSync('/dev/zero', host.at(`${sites}/httplib2/certs.py`));
    symlinkSync('loop', host.at(`${sites}/urllib3/_version.py`));
    // A Python would wait for that FIFO itself: these are facts of files.
    chmodSync(host.at('opt/app/bin'), 0o777);

    const { pythons } = await discoverOn(host);

    expect(pythons[PYTHON]?.facts).toBe('static');
    expect(pythons[PYTHON]?.packages.map(({ name, version }) => [name, version])).toEqual([
      ['certifi', null],
      ['requests', null],
    ]);
    expect(ownHooks(pythons[PYTHON])).toEqual([]);
  });

  it('ends in good time where the interpreter itself waits for one', async () => {
    const sites = makeVenv(host, 'opt/app');
    execFileSync('/usr/bin/mkfifo', [host.at(`${sites}/hang.pth`)]);

    const { pythons } = await discoverOn(host, { interpreterTimeoutMs: 1500 });

    expect(pythons[PYTHON]).toMatchObject({
      facts: 'static',
      notRunBecause: expect.stringContaining('no end after 1500 ms') as string,
    });
  });

  it.skipIf(!IS_ROOT)('gives nothing away of a file that only root may read (needs root)', async () => {
    host.put('root/secret.py', '__version__ = "0.0.hunter2"\nimport truststore\n', 0o600);
    const sites = makeVenv(host, 'home/alice/venv');
    mkdirSync(host.at(`${sites}/requests`));
    symlinkSync(host.at('root/secret.py'), host.at(`${sites}/requests/__version__.py`));
    symlinkSync(host.at('root/secret.py'), host.at(`${sites}/secret.pth`));
    giveToAlice(host, 'home/alice');

    const { result } = await discoverOn(host);

    expect(result.section.pythons).toHaveLength(1);
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(ownHooks(result.section.pythons[0])).toEqual([]);
  });

  it.skipIf(!IS_ROOT)('a .pth that writes its uid never writes that of root (needs root)', async () => {
    mkdirSync(host.at('opt/log'), { mode: 0o777 });
    chmodSync(host.at('opt/log'), 0o777);
    const machine = makeVenv(host, 'opt/machine');
    addHook(host, machine, tattle(host, host.at('opt/log/machine')));
    const own = makeVenv(host, 'home/alice/own');
    addHook(host, own, tattle(host, host.at('opt/log/alice')));
    giveToAlice(host, 'home/alice');

    const { pythons } = await discoverOn(host);

    expect(readFileSync(host.at('opt/log/machine'), 'utf8')).toMatch(/^(65534 )+$/);
    expect(readFileSync(host.at('opt/log/alice'), 'utf8')).toMatch(/^(54321 )+$/);
    for (const python of Object.values(pythons))
      expect(ownHooks(python)).toMatchObject([
        { effect: 'other', path: expect.stringContaining('hook.pth') as string },
      ]);
  });

  it('reads a site-packages of two gigabytes and thousands of files by what it needs of it', async () => {
    const sites = makeVenv(host, 'opt/app');
    for (const name of ['weights.bin', 'certifi/cacert.pem', 'huge.pth', 'requests/__init__.py']) {
      host.put(`${sites}/${name}`, '');
      const file = openSync(host.at(`${sites}/${name}`), 'w');
      ftruncateSync(file, 2 * 1024 ** 3);
      closeSync(file);
    }
    host.put(`${sites}/certifi/__init__.py`, '__version__ = "2024.07.04"\n');
    for (let index = 0; index < 12_000; index += 1) writeFileSync(host.at(`${sites}/m${index}.py`), '');
    chmodSync(host.at('opt/app/bin'), 0o777);
    let most = 0;
    const real = realPorts();
    const ports: PythonPorts = {
      ...real,
      async readFile(path, options) {
        const read = await real.readFile(path, options);
        if (read.state === 'read') most = Math.max(most, read.bytes.length);
        return read;
      },
    };

    const { section } = await discoverPythons(ports, { root: host.root, processEnv: {}, path: '' });

    expect(section.pythons[0]?.packages.find(({ name }) => name === 'certifi')?.version).toBe('2024.07.04');
    expect(most).toBeLessThan(1024 * 1024);
  }, 60_000);
});

describe('shares', () => {
  /** Everything below `/srv/share` of the test host lies on one. */
  function sharePorts(answers: boolean): { readonly ports: PythonPorts; readonly touched: string[] } {
    const real = realPorts();
    const touched: string[] = [];
    const share = host.at('srv/share');
    const isThere = (path: string): boolean => path === share || path.startsWith(`${share}/`);
    const late = {
      state: 'unreadable' as const,
      detail: `${share} does not answer`,
      size: null,
      realPath: null,
    };
    const mustBeApart = (path: string, apart: boolean | undefined): void => {
      if (!isThere(path)) return;
      touched.push(path);
      if (apart !== true) throw new Error(`${path} was looked at in this process`);
    };
    const ports: PythonPorts = {
      ...real,
      networkShare: (path) =>
        Promise.resolve(
          isThere(path)
            ? { type: 'nfs4', export: 'nas:/studio', mount: share, path: path.slice(share.length) || '/' }
            : null,
        ),
      readFile(path, options) {
        mustBeApart(path, options?.apart);
        return isThere(path) && !answers ? Promise.resolve(late) : real.readFile(path, options);
      },
      listDirectory(path, options) {
        mustBeApart(path, options?.apart);
        return isThere(path) && !answers ? Promise.resolve(late) : real.listDirectory(path, options);
      },
      inspectPath(path) {
        mustBeApart(path, false);
        return real.inspectPath(path);
      },
      identify(paths) {
        for (const path of paths) mustBeApart(path, false);
        return real.identify(paths);
      },
      runProgram(request) {
        mustBeApart(request.argv[0], false);
        return real.runProgram(request);
      },
      findFiles(search) {
        if (isThere(search.root)) touched.push(search.root);
        return isThere(search.root) && !answers
          ? Promise.resolve({ paths: [], complete: false, detail: 'find was killed: no end after 10000 ms' })
          : real.findFiles(search);
      },
    };
    return { ports, touched };
  }

  const look = (ports: PythonPorts, more: Partial<CollectOptions>) =>
    discoverPythons(ports, { root: host.root, processEnv: {}, path: '', ...more });

  beforeEach(() => {
    const sites = makeVenv(host, 'srv/share/venv');
    host.put(`${sites}/certifi/__init__.py`, '__version__ = "2024.07.04"\n');
    makeVenv(host, 'opt/app');
  });

  it('leaves a share alone that is not configured, and says so', async () => {
    const { ports, touched } = sharePorts(true);

    const { section } = await look(ports, {
      search: [host.at('srv/share')],
      path: host.at('srv/share/venv/bin'),
      interpreters: [host.at('srv/share/venv/bin/python')],
    });

    expect(touched).toEqual([]);
    expect(section.pythons.map(({ path }) => path)).toEqual([host.at(PYTHON)]);
    expect(JSON.stringify(section.problems)).toContain('lies on a network mount');
  });

  it('reads a configured one in children alone, and starts nothing of it', async () => {
    const { ports, touched } = sharePorts(true);

    const { section } = await look(ports, { search: [host.at('srv/share')], readNetwork: [host.at('srv')] });

    expect(touched).not.toEqual([]);
    expect(section.pythons.find(({ path }) => path.includes('/srv/share/'))).toMatchObject({
      kind: 'venv',
      facts: 'static',
      notRunBecause: 'it lies on a share (nas:/studio), which others may change',
      shared: { export: 'nas:/studio', type: 'nfs4', mount: host.at('srv/share'), path: '/venv/bin/python' },
      packages: [{ name: 'certifi', version: '2024.07.04' }],
    });
  });

  it('says at every look whether a share answers, not only when it is searched anew', async () => {
    const options = { search: [host.at('srv/share')], readNetwork: [host.at('srv')] };
    const first = await look(sharePorts(true).ports, options);
    const second = await look(sharePorts(false).ports, { ...options, known: first.known });
    const third = await look(sharePorts(true).ports, { ...options, known: second.known });

    const states = [first, second, third].map(({ section }) => section.shares?.map(({ state }) => state));
    expect(states).toEqual([['answers'], ['doesNotAnswer'], ['answers']]);
  });

  it('gives up one that does not answer after one look, names it, and goes on', async () => {
    const { ports, touched } = sharePorts(false);

    const { section } = await look(ports, {
      search: [host.at('srv/share')],
      readNetwork: [host.at('srv/share')],
      path: ['a', 'b', 'venv/bin'].map((name) => host.at(`srv/share/${name}`)).join(':'),
      interpreters: [host.at('srv/share/venv/bin/python'), host.at('srv/share/other/bin/python')],
    });

    expect(section.shares).toMatchObject([{ export: 'nas:/studio', state: 'doesNotAnswer' }]);
    expect(section.pythons.map(({ path }) => path)).toEqual([host.at(PYTHON)]);
    expect(
      section.problems?.filter(({ reason }) => /nas:\/studio.*does not answer/.test(reason)).length,
    ).toBeGreaterThan(0);
    // One search, and one look before it was given up.
    expect(touched.length).toBeLessThanOrEqual(3);
  });
});
