import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { pythonsSection, type PythonEnvironment } from '@trustfleet/protocol';
import { expect } from 'vitest';
import { discoverPythons } from '../pythons/discover-pythons.ts';
import type { CollectOptions, PythonsResult } from '../types.ts';
import { IS_ROOT, makeTestHost, realPorts, type TestHost } from './host.ts';

/** Interpreters of this machine: all of pyenv, else the system's. */
export function realInterpreters(): string[] {
  const pyenv = `${process.env['PYENV_ROOT'] ?? '/root/.pyenv'}/versions`;
  const versions =
    IS_ROOT && existsSync(pyenv) ? readdirSync(pyenv).map((version) => `${pyenv}/${version}/bin/python`) : [];
  return [...versions, '/usr/bin/python3', '/usr/local/bin/python3'].filter((path) => existsSync(path));
}

function systemPython(): { readonly directory: string; readonly line: string; readonly path: string } {
  const path = realpathSync(realInterpreters().at(-1) ?? '/usr/bin/python3');
  const line = execFileSync(path, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    encoding: 'utf8',
  }).trim();
  return { directory: dirname(path), line, path };
}

/** A venv as PEP 405 describes it; returns its site-packages. */
export function makeVenv(host: TestHost, path: string): string {
  const system = systemPython();
  host.put(
    `${path}/pyvenv.cfg`,
    `home = ${system.directory}\ninclude-system-site-packages = false\nversion = ${system.line}.99\n`,
  );
  const sites = `${path}/lib/python${system.line}/site-packages`;
  mkdirSync(host.at(sites), { recursive: true });
  mkdirSync(host.at(`${path}/bin`), { recursive: true });
  symlinkSync(system.path, host.at(`${path}/bin/python`));
  return sites;
}

/** Code of a start-up hook that tells as whom it ran, and tries what only root may. */
export function tattle(host: TestHost, marker: string): string {
  return `import os\ntry:\n    open(${JSON.stringify(host.at('root/pwned'))}, 'w').close()\nexcept Exception:\n    pass\nopen(${JSON.stringify(marker)}, 'a').write('%d ' % os.getuid())\n`;
}

export function giveToAlice(host: TestHost, ...paths: string[]): void {
  for (const path of paths) execFileSync('/bin/chown', ['-Rh', `${ALICE.uid}:${ALICE.gid}`, host.at(path)]);
}

/** A hook that every Python runs at its start: Debian's own sitecustomize would hide one of that name. */
export function addHook(host: TestHost, sites: string, code: string): string {
  host.put(`${sites}/hook.pth`, 'import trustfleet_test_hook\n');
  return host.put(`${sites}/trustfleet_test_hook.py`, code);
}

export const ALICE = { uid: 54321, gid: 54321 };

/** A test host with root and alice. */
export function makePythonHost(): TestHost {
  const host = makeTestHost();
  host.put(
    'etc/passwd',
    `root:x:0:0:root:/root:/bin/bash\nalice:x:${ALICE.uid}:${ALICE.gid}::/home/alice:/bin/bash\n`,
  );
  for (const path of ['opt', 'root', 'home/alice', 'empty'])
    mkdirSync(host.at(path), { recursive: true, mode: 0o755 });
  return host;
}

export interface Discovered {
  /** By path below the test host's root. */
  readonly pythons: Record<string, PythonEnvironment>;
  readonly result: PythonsResult;
}

export async function discoverOn(host: TestHost, more: Partial<CollectOptions> = {}): Promise<Discovered> {
  const result = await discoverPythons(realPorts(), {
    root: host.root,
    processEnv: {},
    path: '',
    workingDirectory: host.at('empty'),
    interpreterTimeoutMs: 8000,
    ...more,
  });
  expect(pythonsSection.parse(result.section)).toEqual(result.section);
  return {
    result,
    pythons: Object.fromEntries(
      result.section.pythons.map((python) => [python.path.replace(`${host.root}/`, ''), python]),
    ),
  };
}
