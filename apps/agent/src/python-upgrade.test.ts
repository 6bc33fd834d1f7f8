import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import {
  createUpgradePackage,
  type FaultPoint,
  type PythonPackageAccess,
  type Repair,
} from '@trustfleet/repair';
import { createTlsLab } from '@trustfleet/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCodeLab, pythonAccess, type CodeLab } from './testing/code-lab.ts';
import { publishedWheel, type WheelName } from './testing/wheels.ts';

const PYENV = `${process.env['PYENV_ROOT'] ?? '/root/.pyenv'}/versions`;
const interpreterOf = (version: string): string => `${PYENV}/${version}/bin/python`;
/** pip 18 to 24; a Python that this machine lacks is left out by name. */
const INTERPRETERS = ['3.6.15', '3.9.18', '3.13.0'].map(interpreterOf);
const SYSTEM = '/usr/bin/python3';
const LIMIT_MS = 300_000;

let lab: CodeLab;
let env: Record<string, string>;
beforeEach(() => {
  lab = makeCodeLab();
  env = {};
});
afterEach(() => lab.remove());

const say = (python: string, code: string): string =>
  execFileSync(python, ['-B', '-c', code], { encoding: 'utf8', cwd: '/' }).trim();
const versionIn = (python: string): string => say(python, 'import certifi; print(certifi.__version__)');
const siteOf = (python: string): string =>
  say(python, 'import sysconfig; print(sysconfig.get_paths()["purelib"])');

/** Names, kinds, rights, owners and content of all that is there; code that Python compiles by itself apart. */
const picture = (directory: string): string =>
  execFileSync(
    'bash',
    [
      '-c',
      `cd "$1" && find . -name __pycache__ -prune -o -not -name '*.pyc' -printf '%P %y %m %U %G\\n' | sort && find . -name __pycache__ -prune -o -type f -not -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum`,
      'picture',
      directory,
    ],
    { encoding: 'utf8' },
  );

async function venvWith(interpreter: string, name: WheelName): Promise<string> {
  const python = await lab.venv('opt/tools', interpreter);
  const { bytes, fileName } = await publishedWheel(name);
  const path = `${dirname(dirname(python))}/${fileName}`;
  writeFileSync(path, bytes);
  const quiet = ['-q', '--no-deps', '--no-index', '--disable-pip-version-check'];
  execFileSync(python, ['-m', 'pip', 'install', ...quiet, path], { cwd: '/', stdio: 'ignore' });
  rmSync(path);
  return python;
}

const open = (
  python: string,
  {
    fault,
    wrap = (access) => access,
  }: {
    fault?: FaultPoint;
    wrap?: (access: PythonPackageAccess) => PythonPackageAccess;
  } = {},
): Promise<Repair> => {
  const facts = () => lab.facts({ interpreters: [python] });
  const access = wrap(pythonAccess(lab, facts, env));
  return lab.repair([createUpgradePackage(access)], fault === undefined ? {} : { fault });
};

async function orderOf(python: string, name: WheelName, source: 'wheels' | 'index' = 'wheels') {
  const { fileName, sha256, bytes, version } = await publishedWheel(name);
  const parameters = {
    ...{ python, package: name.split('==')[0] ?? '', version },
    source: source === 'index' ? { kind: 'index' } : { kind: 'wheels', wheels: [{ fileName, sha256 }] },
  };
  const artifacts = new Map(source === 'index' ? [] : [[sha256, bytes] as const]);
  return lab.message('python.upgradePackage', parameters, { artifacts });
}

async function apply(python: string, ...of: [name: WheelName, source?: 'wheels' | 'index']) {
  const repair = await open(python);
  const { jobId, ...message } = await orderOf(python, ...of);
  await repair.accept(message);
  await repair.idle();
  return { jobId, last: lab.events.at(-1)! };
}

async function undo(python: string, jobId: string) {
  const repair = await open(python);
  await repair.undoAsOwner({ requestId: crypto.randomUUID(), undoes: jobId });
  await repair.idle();
  return lab.events.at(-1)!;
}

describe.each(INTERPRETERS)('a venv of %s', (interpreter) => {
  it.skipIf(!existsSync(interpreter))(
    'gets the wheel of the order, once, and back again byte for byte',
    async () => {
      const python = await venvWith(interpreter, 'certifi==2022.12.7');
      const site = siteOf(python);
      const before = picture(site);

      const { last, jobId } = await apply(python, 'certifi==2024.7.4');
      expect(last).toMatchObject({
        ...{ state: 'verified', effective: 'appRestart' },
        before: { subject: 'package', state: '2022.12.07' },
        after: { subject: 'package', state: '2024.07.04', holds: true },
      });
      expect(versionIn(python)).toBe('2024.07.04');
      const after = picture(site);
      expect((await apply(python, 'certifi==2024.7.4')).last).toMatchObject({ state: 'alreadyCompliant' });
      expect(picture(site)).toBe(after);

      expect(await undo(python, jobId)).toMatchObject({ undone: true });
      expect(picture(site)).toBe(before);
      expect(versionIn(python)).toBe('2022.12.07');
    },
    LIMIT_MS,
  );
});

/** Says who ran it, and tries what only root may. */
const tattle = (marker: string, pwned: string): string =>
  `import os\ntry:\n    open(${JSON.stringify(pwned)}, 'w').close()\nexcept Exception:\n    pass\nopen(${JSON.stringify(marker)}, 'a').write('%d ' % os.geteuid())\n`;

describe('a venv of another account', () => {
  it(
    'is changed as that account; its start-up hooks, and a pip that is an attack, never run as root',
    async () => {
      const python = await venvWith(SYSTEM, 'certifi==2022.12.7');
      const site = siteOf(python);
      const marker = lab.at('opt/marker');
      const pwned = lab.at('root/pwned');
      writeFileSync(marker, '');
      writeFileSync(`${site}/hook.pth`, 'import planted\n');
      writeFileSync(`${site}/planted.py`, tattle(marker, pwned));
      const main = `${site}/pip/__main__.py`;
      writeFileSync(main, `${tattle(marker, pwned)}${readFileSync(main, 'utf8')}`);
      execFileSync('/bin/chown', ['-Rh', '65534:65534', lab.at('opt/tools'), marker]);
      const before = picture(site);

      const { last, jobId } = await apply(python, 'certifi==2024.7.4');

      expect(last).toMatchObject({ state: 'verified', after: { state: '2024.07.04' } });
      const ran = new Set(readFileSync(marker, 'utf8').trim().split(' '));
      expect(ran).toEqual(new Set(['65534']));
      expect(existsSync(pwned)).toBe(false);
      expect(picture(`${site}/certifi`)).not.toMatch(/ 0 0$/m);
      expect(await undo(python, jobId)).toMatchObject({ undone: true });
      expect(picture(site)).toBe(before);
      expect(new Set(readFileSync(marker, 'utf8').trim().split(' '))).toEqual(new Set(['65534']));
    },
    LIMIT_MS,
  );

  it(
    'whose site-packages alone are root’s is left alone: its pip would run as root',
    async () => {
      const python = await venvWith(SYSTEM, 'certifi==2022.12.7');
      const site = siteOf(python);
      mkdirSync(lab.at('srv/other'), { recursive: true, mode: 0o755 });
      writeFileSync(`${site}/more.pth`, `${lab.at('srv/other')}\n`);
      execFileSync('/bin/chown', ['-R', '65534:65534', lab.at('srv/other')]);

      const { last } = await apply(python, 'certifi==2024.7.4');

      expect(last).toMatchObject({ state: 'notApplicable' });
      expect(last.detail).toMatch(/belongs to root, and other code .* to uid 65534/);
      expect(versionIn(python)).toBe('2022.12.07');
    },
    LIMIT_MS,
  );
});

describe('an index', () => {
  let server: Server;
  let asked: string[];
  beforeAll(async () => {
    const { bytes, fileName, sha256 } = await publishedWheel('certifi==2024.7.4');
    asked = [];
    // PEP 503.
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/simple/certifi/')
        response
          .setHeader('content-type', 'text/html')
          .end(`<a href="/files/${fileName}#sha256=${sha256}">${fileName}</a>`);
      else if (request.url === `/files/${fileName}`) response.end(bytes);
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterAll(() => {
    server.close();
  });
  const port = (): number => (server.address() as AddressInfo).port;

  it(
    'that the environment is configured for gives the wheel',
    async () => {
      const python = await venvWith(SYSTEM, 'certifi==2022.12.7');
      writeFileSync(
        lab.at('opt/tools/pip.conf'),
        `[global]\nindex-url = http://127.0.0.1:${port()}/simple\ntrusted-host = 127.0.0.1\n`,
      );
      const { last } = await apply(python, 'certifi==2024.7.4', 'index');
      expect(last).toMatchObject({ state: 'verified', after: { state: '2024.07.04' } });
      expect(asked).toContain('/simple/certifi/');
    },
    LIMIT_MS,
  );

  it(
    'that pip cannot verify: the cause is told, without the password of its URL, and nothing is changed',
    async () => {
      const python = await venvWith(SYSTEM, 'certifi==2022.12.7');
      const before = picture(siteOf(python));
      const tls = createTlsLab();
      const { port: tlsPort } = await tls.serve(await tls.leaf(await tls.authority('Index CA')));
      env = { PIP_INDEX_URL: `https://me:secret@localhost:${tlsPort}/simple`, PIP_RETRIES: '0' };
      const { last } = await apply(python, 'certifi==2024.7.4', 'index');
      await tls.close();
      expect(last.detail).toMatch(/cannot verify the index.*Give it a bundle first/);
      expect(JSON.stringify(lab.events)).not.toContain('secret');
      expect(last.state).toBe('failed');
      expect(picture(siteOf(python))).toBe(before);
    },
    LIMIT_MS,
  );
});

describe('a pip that is stopped', () => {
  it(
    'in the middle is taken back from what was kept, whatever it left',
    async () => {
      const python = await venvWith(SYSTEM, 'certifi==2022.12.7');
      const site = siteOf(python);
      const before = picture(site);
      // As pip 23 leaves it when it is killed between uninstalling and installing.
      const half = (access: PythonPackageAccess): PythonPackageAccess => ({
        ...access,
        run(request) {
          if (!request.argv.includes('install')) return access.run(request);
          execFileSync('/bin/mv', [`${site}/certifi`, `${site}/~ertifi`]);
          execFileSync('/bin/mv', [
            `${site}/certifi-2022.12.7.dist-info`,
            `${site}/~ertifi-2022.12.7.dist-info`,
          ]);
          return new Promise(() => undefined);
        },
      });
      const message = await orderOf(python, 'certifi==2024.7.4');
      let begun = (): void => undefined;
      const running = new Promise<void>((resolve) => (begun = resolve));
      const stopped = await open(python, {
        wrap: half,
        fault(point) {
          if (point === 'before:runPip') begun();
        },
      });
      void stopped.accept(message);
      await running;
      await expect
        .poll(() => existsSync(`${site}/~ertifi-2022.12.7.dist-info`), { timeout: 60_000 })
        .toBe(true);

      await (await open(python)).recover();

      expect(lab.events.at(-1)).toMatchObject({ state: 'failed', undone: true });
      expect(picture(site)).toBe(before);
      expect(versionIn(python)).toBe('2022.12.07');
    },
    LIMIT_MS,
  );
});

describe('undo', () => {
  it(
    'leaves a package that somebody changed since',
    async () => {
      const python = await venvWith(SYSTEM, 'certifi==2022.12.7');
      const site = siteOf(python);
      const { jobId } = await apply(python, 'certifi==2024.7.4');
      writeFileSync(
        `${site}/certifi/cacert.pem`,
        `${readFileSync(`${site}/certifi/cacert.pem`, 'utf8')}# mine\n`,
      );
      const after = picture(site);

      await undo(python, jobId);

      expect(lab.events.at(-1)?.undone).not.toBe(true);
      expect(picture(site)).toBe(after);
    },
    LIMIT_MS,
  );
});
