import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverPythons, type CollectOptions } from '../index.ts';
import { IS_ROOT, realPorts, type TestHost } from '../testing/host.ts';
import {
  addHook,
  ALICE,
  discoverOn,
  giveToAlice,
  makePythonHost,
  makeVenv,
  tattle,
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

/** Ownership can only be arranged by root. */
describe.skipIf(!IS_ROOT)('what is run, and as whom (needs root)', () => {
  it('survives interpreters that hang, flood or are none, and still tells of the others', async () => {
    host.put('opt/hangs/bin/python3', '#!/bin/sh\nexec sleep 600\n', 0o755);
    host.put('opt/floods/bin/python3', '#!/bin/sh\nexec yes\n', 0o755);
    host.put('opt/lies/bin/python3', '#!/bin/sh\necho Python 3.9\n', 0o755);
    host.put('opt/broken/bin/python3', 'not a program', 0o755);
    makeVenv(host, 'opt/works');
    const { pythons } = await discover({ interpreterTimeoutMs: 3000 });
    expect(pythons['opt/hangs/bin/python3']).toMatchObject({
      facts: 'static',
      notRunBecause: expect.stringContaining('no end after 3000 ms') as string,
    });
    expect(pythons['opt/floods/bin/python3']).toMatchObject({
      facts: 'static',
      notRunBecause: expect.stringContaining('printed more than') as string,
    });
    expect(pythons['opt/lies/bin/python3']).toMatchObject({
      facts: 'static',
      notRunBecause: expect.stringContaining('no Python') as string,
    });
    expect(pythons['opt/broken/bin/python3']).toMatchObject({
      facts: 'static',
      notRunBecause: expect.stringContaining('neither a program nor a script') as string,
    });
    expect(pythons['opt/works/bin/python']).toMatchObject({ facts: 'run', kind: 'venv' });
  }, 60_000);

  it('runs a python3 in a user’s home as that user, who cannot write to /root', async () => {
    mkdirSync(host.at('root'), { recursive: true, mode: 0o700 });
    host.put(
      'home/alice/bin/python3',
      `#!/bin/sh\ntouch ${host.at('root/pwned')} /root/trustfleet-pwned\nid -u > ${host.at('home/alice/ran-as')}\n`,
      0o755,
    );
    giveToAlice(host, 'home/alice');
    const { pythons } = await discover({ path: host.at('home/alice/bin') });
    expect(pythons['home/alice/bin/python3']).toMatchObject({ kind: 'user', facts: 'static' });
    expect(readFileSync(host.at('home/alice/ran-as'), 'utf8')).toBe(`${ALICE.uid}\n`);
    expect(existsSync(host.at('root/pwned'))).toBe(false);
    expect(existsSync('/root/trustfleet-pwned')).toBe(false);
  });

  it('runs a user’s venv as that user, start-up hooks included', async () => {
    const sites = makeVenv(host, 'home/alice/project/.venv');
    addHook(host, sites, tattle(host, host.at('home/alice/ran-as')));
    host.put(`${sites}/certifi/__init__.py`, '__version__ = "2023.07.22"\n');
    giveToAlice(host, 'home/alice');
    const { pythons, result } = await discover();
    expect(pythons['home/alice/project/.venv/bin/python']).toMatchObject({
      kind: 'venv',
      facts: 'run',
      packages: [{ name: 'certifi', version: '2023.07.22' }],
    });
    expect(readFileSync(host.at('home/alice/ran-as'), 'utf8')).toBe(`${ALICE.uid} `);
    expect(result.certifi).toMatchObject([{ readAs: ALICE }]);
  });

  it('runs what is root’s alone as nobody where nobody can reach it, else as root', async () => {
    for (const [path, mode] of [
      ['opt/open', 0o755],
      ['root/closed', 0o700],
    ] as const) {
      const sites = makeVenv(host, `${path}/.pyenv/versions/mine`);
      mkdirSync(host.at(`${path}/log`), { mode: 0o777 });
      chmodSync(host.at(`${path}/log`), 0o777);
      addHook(host, sites, tattle(host, host.at(`${path}/log/ran-as`)));
      chmodSync(host.at(path), mode);
    }
    const open = await discover({ processEnv: { PYENV_ROOT: host.at('opt/open/.pyenv') } });
    expect(open.pythons['opt/open/.pyenv/versions/mine/bin/python']).toMatchObject({ facts: 'run' });
    expect(readFileSync(host.at('opt/open/log/ran-as'), 'utf8')).toMatch(/^(65534 )+$/);
    expect(open.pythons['root/closed/.pyenv/versions/mine/bin/python']).toMatchObject({ facts: 'run' });
    expect(readFileSync(host.at('root/closed/log/ran-as'), 'utf8')).toMatch(/^(0 )+$/);
  });

  /** Each arranges one thing that someone other than the owner could use to be executed. */
  const TRAPS: readonly [string, (sites: string, venv: string) => void][] = [
    [
      'its folder is writable by all',
      (_, venv) => {
        chmodSync(host.at(`${venv}/bin`), 0o777);
      },
    ],
    [
      'its folder is writable by its group',
      (_, venv) => {
        chmodSync(host.at(`${venv}/bin`), 0o775);
      },
    ],
    [
      'a folder above is sticky and writable',
      (_, venv) => {
        chmodSync(host.at(dirname(venv)), 0o1777);
      },
    ],
    [
      'site-packages is writable',
      (sites) => {
        chmodSync(host.at(sites), 0o777);
      },
    ],
    [
      'one hook file is writable',
      (sites) => {
        chmodSync(host.at(`${sites}/trustfleet_test_hook.py`), 0o666);
      },
    ],
    [
      'one file deep in a package is writable',
      (sites) => {
        host.put(`${sites}/pkg/deep/module.py`, '', 0o666);
      },
    ],
    [
      'two accounts own parts of it',
      (sites) => {
        giveToAlice(host, sites);
        execFileSync('/bin/chown', ['54322', host.at(`${sites}/trustfleet_test_hook.py`)]);
      },
    ],
    [
      'a .pth leads into a writable folder',
      (sites) => {
        mkdirSync(host.at('shared'));
        chmodSync(host.at('shared'), 0o777);
        host.put(`${sites}/dev.pth`, `${host.at('shared')}\n`);
      },
    ],
    [
      'a link leads into a user’s home',
      (sites) => {
        giveToAlice(host, 'home/alice');
        symlinkSync(host.at('home/alice'), host.at(`${sites}/pkg`));
      },
    ],
    [
      'a dangling link leads into a user’s home',
      (sites) => {
        giveToAlice(host, 'home/alice');
        symlinkSync(host.at('home/alice/later.py'), host.at(`${sites}/usercustomize.py`));
      },
    ],
  ];
  it.each(TRAPS)('does not run it as root when %s', async (_, arrange) => {
    const venv = 'opt/app/venv';
    const sites = makeVenv(host, venv);
    mkdirSync(host.at('log'));
    chmodSync(host.at('log'), 0o777);
    addHook(host, sites, tattle(host, host.at('log/ran-as')));
    await discover();
    expect(existsSync(host.at('log/ran-as')), 'without the trap it runs').toBe(true);
    rmSync(host.at('log/ran-as'));
    arrange(sites, venv);
    const { pythons } = await discover();
    expect(pythons[`${venv}/bin/python`]).toMatchObject({
      facts: 'static',
      notRunBecause: expect.stringMatching(/\S/) as string,
      version: expect.stringMatching(/\.99$/) as string,
    });
    expect(existsSync(host.at('log/ran-as'))).toBe(false);
  });

  it('follows a .pth into a user’s folder only as that user', async () => {
    const sites = makeVenv(host, 'opt/app');
    mkdirSync(host.at('home/alice/dev'), { recursive: true });
    host.put('home/alice/dev/hook_of_alice.py', tattle(host, host.at('home/alice/ran-as')));
    host.put(`${sites}/hook.pth`, 'import hook_of_alice\n');
    host.put(`${sites}/dev.pth`, `${host.at('home/alice/dev')}\n`);
    giveToAlice(host, 'home/alice');
    const { pythons } = await discover();
    expect(pythons['opt/app/bin/python']).toMatchObject({ facts: 'run' });
    expect(readFileSync(host.at('home/alice/ran-as'), 'utf8')).toBe(`${ALICE.uid} `);
  });

  it('does not follow a user’s settings into what only root may read', async () => {
    host.put('root/secret/lib/python3.9/os.py', '');
    host.put('root/secret/lib/python3.9/site-packages/certifi/__init__.py', '__version__ = "0.0.secret"\n');
    chmodSync(host.at('root/secret'), 0o700);
    const sites = makeVenv(host, 'home/alice/venv');
    host.put(
      'home/alice/venv/pyvenv.cfg',
      `home = ${host.at('root/secret/bin')}\ninclude-system-site-packages = true\nversion = 3.9.1\n`,
    );
    host.put(`${sites}/x.pth`, `${host.at('root/secret/lib/python3.9/site-packages')}\n`);
    giveToAlice(host, 'home/alice');
    const { result } = await discover();
    expect(result.section.pythons.map((python) => basename(python.path))).toEqual(['python']);
    expect(JSON.stringify(result)).not.toContain('0.0.secret');
  });

  it('runs nothing of others when the agent is not root', async () => {
    makeVenv(host, 'home/alice/venv');
    giveToAlice(host, 'home/alice');
    const ports = {
      ...realPorts(),
      uid: 424242,
      canActAs: false,
      runProgram: () => Promise.reject(new Error('nothing may be started')),
    };
    const result = await discoverPythons(ports, {
      root: host.root,
      processEnv: {},
      path: host.at('home/alice/venv/bin'),
    });
    expect(result.section.pythons).toMatchObject([
      { facts: 'static', notRunBecause: expect.stringContaining('uid 54321') as string },
    ]);
  });
});
