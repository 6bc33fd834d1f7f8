import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CollectOptions } from '../index.ts';
import { IS_ROOT, type TestHost } from '../testing/host.ts';
import {
  discoverOn,
  giveToAlice,
  makePythonHost,
  makeVenv,
  realInterpreters,
  type Discovered,
} from '../testing/pythons.ts';
import { wildcard } from './places/product-places.ts';

let host: TestHost;
const discover = (more: Partial<CollectOptions> = {}): Promise<Discovered> => discoverOn(host, more);

beforeEach(() => {
  host = makePythonHost();
});
afterEach(() => {
  host.remove();
});

/** A Python of its own that answers: a script, as Maya's mayapy is one. */
function makePython(path: string): void {
  host.put(path, `#!/bin/sh\nexec ${realInterpreters().at(-1) ?? ''} "$@"\n`, 0o755);
}

describe('where interpreters live', () => {
  it('finds conda, uv, pyenv, products and the Desktop, each by its kind', async () => {
    for (const [path, mark] of [
      ['opt/miniforge3/bin/python3', 'opt/miniforge3/conda-meta/history'],
      ['opt/miniforge3/envs/render/bin/python3', 'opt/miniforge3/envs/render/conda-meta/history'],
    ] as const) {
      makePython(path);
      host.put(mark, '');
    }
    const plain = {
      'root/.local/share/uv/python/cpython-3.12.1-linux/bin/python3': ['uv', null],
      'root/.pyenv/versions/3.9.1/bin/python3': ['pyenv', null],
      'usr/autodesk/maya2024/bin/mayapy': ['dcc', 'Maya 2024'],
      'usr/local/Nuke15.1v1/python3': ['dcc', 'Nuke 15.1v1'],
      'root/Nuke14.0v5/python3': ['dcc', 'Nuke 14.0v5'],
      'opt/hfs20.5.332/python/bin/python3.11': ['dcc', 'Houdini 20.5.332'],
      'opt/Autodesk/python/2025.1/bin/python': ['dcc', 'Flame 2025.1'],
      'opt/blender-4.2.1-linux/4.2/python/bin/python3.11': ['dcc', 'Blender 4.2.1-linux'],
      'opt/rv-2024.1/bin/py-interp': ['dcc', 'RV 2024.1'],
      'opt/Shotgun/Python/bin/python': ['shotgridDesktop', 'ShotGrid Desktop'],
      'opt/Flow Production Tracking/Python3/bin/python3': ['shotgridDesktop', 'ShotGrid Desktop'],
    } as const;
    for (const path of Object.keys(plain)) makePython(path);
    host.put('usr/local/Nuke15.1v1/Nuke15.1', '#!/bin/sh\ntouch /nowhere\n', 0o755);

    const { pythons } = await discover();

    const found = Object.entries(pythons).map(([path, one]) => [path, [one.kind, one.product ?? null]]);
    expect(Object.fromEntries(found)).toEqual({
      ...plain,
      'opt/miniforge3/bin/python3': ['conda', null],
      'opt/miniforge3/envs/render/bin/python3': ['conda', null],
    });
    if (IS_ROOT) expect(pythons['usr/autodesk/maya2024/bin/mayapy']?.facts).toBe('run');
  });

  it('takes configured products and roots, in paths of any letters', async () => {
    const nfd = 'srv/파이프라인/도구'.normalize('NFD');
    makePython('srv/tools/Widget 3.1/bin/python3');
    makePython(`${nfd}/my python/bin/python3.11`);
    makeVenv(host, 'srv/한글 프로젝트/venv');
    makePython('srv/elsewhere/bin/python3');

    const { pythons, result } = await discover({
      products: [
        { product: 'Widget', patterns: [host.at('srv/tools/Widget */bin/python3').replace(host.root, '')] },
      ],
      search: [host.at(nfd), host.at('srv/한글 프로젝트'), host.at('srv/missing')],
    });

    expect(
      Object.fromEntries(
        Object.entries(pythons).map(([path, one]) => [path, [one.kind, one.product ?? null]]),
      ),
    ).toEqual({
      'srv/tools/Widget 3.1/bin/python3': ['dcc', 'Widget 3.1'],
      [`${nfd}/my python/bin/python3.11`]: ['configured', null],
      'srv/한글 프로젝트/venv/bin/python': ['venv', null],
    });
    expect(pythons['srv/한글 프로젝트/venv/bin/python']?.facts).toBe('run');
    expect(result.sites.filter(({ directory }) => directory.includes('한글')).length).toBeGreaterThan(0);
  });

  it('never starts hython, or another program of a product, whatever leads to it', async () => {
    const counter = host.at('starts');
    const counting = `#!/bin/sh\necho started >> ${counter}\n`;
    host.put('opt/hfs20.5/bin/hython', counting, 0o755);
    host.put('opt/Nuke15/Nuke15.1', counting, 0o755);
    mkdirSync(host.at('opt/hfs20.5/python/bin'), { recursive: true });
    symlinkSync('../../bin/hython', host.at('opt/hfs20.5/python/bin/python3.11'));
    mkdirSync(host.at('opt/links/bin'), { recursive: true });
    symlinkSync(host.at('opt/Nuke15/Nuke15.1'), host.at('opt/links/bin/python3'));
    host.put(
      'opt/wrapped/bin/python3',
      `#!/bin/sh\nexec "${host.at('opt/hfs20.5/bin/hython')}" "$@"\n`,
      0o755,
    );
    chmodSync(host.root, 0o777);
    execFileSync('/bin/sh', ['-c', `: > ${counter}; chmod 666 ${counter}; chmod 755 ${host.root}`]);

    const { pythons } = await discover({
      products: [{ product: 'Houdini', patterns: ['/opt/hfs*/bin/hython'] }],
      interpreters: [host.at('opt/hfs20.5/bin/hython'), host.at('opt/links/bin/python3')],
      search: [host.at('opt')],
    });

    expect(readFileSync(counter, 'utf8')).toBe('');
    // hython is there under two names, which are one.
    for (const path of [
      'opt/hfs20.5/python/bin/python3.11',
      'opt/links/bin/python3',
      'opt/wrapped/bin/python3',
    ])
      expect(pythons[path], path).toMatchObject({
        facts: 'static',
        notRunBecause: expect.stringMatching(/hython|Nuke/) as string,
      });
  });

  it.skipIf(!IS_ROOT)(
    'looks at what a person’s settings name with that person’s rights alone (needs root)',
    async () => {
      makeVenv(host, 'secret/env');
      host.put('secret/env/conda-meta/history', '');
      chmodSync(host.at('secret'), 0o700);
      const sites = makeVenv(host, 'srv/shared');
      host.put(`${sites}/certifi/__init__.py`, '__version__ = "0.0.hunter2"\n', 0o600);
      makePython('home/alice/own/bin/python3');
      host.put(
        'home/alice/.conda/environments.txt',
        ['secret/env', 'srv/shared', 'home/alice/own'].map((path) => host.at(path)).join('\n'),
      );
      giveToAlice(host, 'home/alice');

      const { pythons, result } = await discover();

      expect(pythons['secret/env/bin/python']).toBeUndefined();
      expect(pythons['srv/shared/bin/python']).toMatchObject({ kind: 'venv', facts: 'run' });
      expect(JSON.stringify(result)).not.toContain('hunter2');
      expect(pythons['home/alice/own/bin/python3']).toMatchObject({ kind: 'conda', facts: 'run' });
    },
  );

  it('starts nothing that a text names and that has no standard library beside it', async () => {
    host.put('srv/bin/python3', `#!/bin/sh\ntouch ${host.at('empty/started')}\n`, 0o755);
    host.put('srv/bin/reboot', `#!/bin/sh\ntouch ${host.at('empty/started')}\n`, 0o755);
    chmodSync(host.at('empty'), 0o777);

    const { pythons } = await discover({
      interpreters: [host.at('srv/bin/python3'), host.at('srv/bin/reboot'), 'relative/python3'],
    });

    expect(Object.keys(pythons)).toEqual(['srv/bin/python3']);
    expect(pythons['srv/bin/python3']).toMatchObject({ kind: 'configured', facts: 'static' });
    expect(existsSync(host.at('empty/started'))).toBe(false);
  });
});

it.skipIf(!IS_ROOT)(
  'reads and runs as nobody what only a text names and is root’s (needs root)',
  async () => {
    const open = makeVenv(host, 'srv/open');
    const closed = makeVenv(host, 'secret/closed');
    host.put(`${open}/certifi/__init__.py`, '__version__ = "2024.07.04"\n');
    host.put(`${closed}/certifi/__init__.py`, '__version__ = "0.0.hunter2"\n');
    chmodSync(host.at('secret'), 0o700);

    const { pythons, result } = await discover({
      interpreters: ['srv/open', 'secret/closed'].map((path) => host.at(`${path}/bin/python`)),
    });

    expect(pythons['srv/open/bin/python']).toMatchObject({
      facts: 'run',
      packages: [{ name: 'certifi', version: '2024.07.04' }],
    });
    expect(pythons['secret/closed/bin/python']).toMatchObject({ facts: 'static', packages: [] });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  },
);

describe('wildcard', () => {
  it.each([
    ['maya*', 'maya2024-x64', '2024-x64'],
    ['Houdini *', 'Houdini 20.5', '20.5'],
    ['[0-9]*', '4.2', '4.2'],
    ['[0-9]*', 'x4.2', undefined],
    ['UE_*', 'UE_5.4', '5.4'],
    ['a.b*', 'aXb1', undefined],
  ])('%s of %s gives %s', (pattern, name, version) => {
    expect(wildcard(pattern)?.exec(name)?.[1]).toBe(version);
  });

  it('is none without a sign', () => {
    expect(wildcard('Program Files (x86)')).toBeNull();
  });
});
