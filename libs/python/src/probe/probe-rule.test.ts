import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IS_ROOT } from '../testing/host.ts';
import { createProbeLab, type ProbeLab } from '../testing/probe-lab.ts';
import { addHook, ALICE, giveToAlice, makeVenv, realInterpreters, tattle } from '../testing/pythons.ts';
import type { ProbeRequest, ProbeRun } from './types.ts';

let lab: ProbeLab;
const system = realInterpreters().at(-1)!;

beforeAll(async () => {
  lab = await createProbeLab();
  await lab.serve('good', lab.leaf, [lab.intermediate]);
});
afterAll(() => lab.close());

const alice = (): NonNullable<ProbeRequest['account']> => ({
  ...ALICE,
  name: 'alice',
  home: lab.host.at('home/alice'),
});

async function probe(python: string, more: Partial<ProbeRequest> = {}): Promise<ProbeRun> {
  return await lab.probe(python, { targets: [lab.target('good', 'ssl')], ...more });
}

/** A venv of root's whose start-up hook is `code`. */
function venvWith(name: string, code: string): string {
  addHook(lab.host, makeVenv(lab.host, `opt/${name}`), code);
  return lab.host.at(`opt/${name}/bin/python`);
}

describe('what the program gets', () => {
  it('is the variables of the context, a login’s own, and an empty directory, nothing of the agent’s', async () => {
    const seen = lab.host.at('seen');
    mkdirSync(seen);
    chmodSync(seen, 0o777);
    const python = venvWith(
      'variables',
      `import os, sys, json\nopen(${JSON.stringify(`${seen}/env`)}, 'w').write(json.dumps([dict(os.environ), os.listdir('.'), sys.flags.isolated, sys.flags.ignore_environment, sys.dont_write_bytecode]))\n`,
    );
    process.env['TRUSTFLEET_TEST_SECRET'] = 'not for children';

    const run = await probe(python, { variables: { SHOTGUN_API_CACERTS: '/x', PYTHONPATH: '' } });

    delete process.env['TRUSTFLEET_TEST_SECRET'];
    expect(run.notProbed).toBeNull();
    expect(JSON.parse(readFileSync(`${seen}/env`, 'utf8'))).toEqual([
      {
        ...{ HOME: lab.host.at('empty'), PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
        ...{ SSL_CERT_FILE: lab.host.at('ca.pem'), SSL_CERT_DIR: lab.host.at('none') },
        ...{ SHOTGUN_API_CACERTS: '/x', PYTHONPATH: '' },
      },
      [],
      0,
      0,
      true,
    ]);
  });
});

describe('a program that disturbs', () => {
  it.each([
    [
      'prints at its start, without an end of line',
      'import sys\nsys.stdout.write("noise <<<TRUSTFLEET-PROBE-")\n',
    ],
    [
      'prints between all lines',
      'import threading, os\ndef noise():\n    for _ in range(2000):\n        os.write(1, b"\\n<<<TRUSTFLEET-PROBE-x {}\\n\\xff{{{")\nt = threading.Thread(target=noise)\nt.daemon = True\nt.start()\n',
    ],
    ['replaces stdout', 'import sys, io\nsys.stdout = io.StringIO() if sys.version_info[0] > 2 else None\n'],
  ])('%s: is still understood', async (name, code) => {
    const run = await probe(venvWith(`noise-${name.length}`, code));

    expect(run).toMatchObject({ notProbed: null, results: [{ state: 'verified' }] });
  });

  it.each([
    ['floods', 'import os\nwhile True:\n    os.write(1, b"x" * 65536)\n', /more than/],
    ['hangs', 'import time\ntime.sleep(1000)\n', /no end after/],
    ['has closed its stdout', 'import os\nos.close(1)\n', /./],
    ['ends at once', 'import os\nos._exit(7)\n', /exit code 7/],
    ['kills itself', 'import os\nos.kill(os.getpid(), 9)\n', /SIGKILL/],
  ])('%s: is not probed, and why is said', async (name, code, because) => {
    const run = await lab.probe(
      venvWith(name.replaceAll(' ', '-'), code),
      { targets: [lab.target('good', 'ssl')], connectTimeoutMs: 500 },
      { interpreterTimeoutMs: 2500 },
    );

    expect(run).toMatchObject({ ssl: null, results: [{ state: 'notProbed' }] });
    expect(run.notProbed).toMatch(because);
    expect(run.results[0]?.message).toBe(run.notProbed);
  });

  it('keeps what was found before it was cut off', async () => {
    const targets = [lab.target('good', 'ssl'), lab.target('good', 'requests'), lab.target('good', 'ssl')];
    lab.host.put('hanging/requests.py', 'import time\ntime.sleep(1000)\n');

    const run = await lab.probe(
      system,
      { targets, connectTimeoutMs: 300, variables: { PYTHONPATH: lab.host.at('hanging') } },
      { interpreterTimeoutMs: 4000 },
    );

    expect(run.results.map(({ state }) => state)).toEqual(['verified', 'notProbed', 'notProbed']);
    expect(run.notProbed).toMatch(/no end after/);
  });
});

describe('what is never run', () => {
  const counted = (): string => `#!/bin/sh\necho started >> ${lab.host.at('starts')}\n`;

  it('are programs that a Python is part of, what was only read, and what is a share’s or gone', async () => {
    const hython = lab.host.put('opt/hfs21/bin/hython', counted(), 0o755);
    const disguised = lab.host.put(
      'opt/tool/bin/python3',
      `${counted()}exec /opt/hfs21/bin/hython "$@"\n`,
      0o755,
    );
    const python = { path: system, kind: 'system', facts: 'static', notRunBecause: 'it is a stub' } as const;

    expect((await probe(hython)).notProbed).toMatch(/licence/);
    expect((await probe(disguised)).notProbed).toMatch(/licence/);
    expect((await probe(system, { python })).notProbed).toBe('it is a stub');
    expect((await probe(lab.host.at('opt/nothing/python'))).notProbed).toBe('it is no longer there');
    expect(existsSync(lab.host.at('starts'))).toBe(false);
  });

  it('is a way that cannot be gone: masked credentials', async () => {
    const run = await probe(system, { variables: { HTTPS_PROXY: 'http://***@proxy.test:3128' } });

    expect(run.notProbed).toBe('the credentials in HTTPS_PROXY are not kept, so it could not be used');
  });
});

/** Ownership can only be arranged by root. */
describe.skipIf(!IS_ROOT)('as whom it runs (needs root)', () => {
  const ranAs = (): string => lab.host.at('ran/as');
  const readRan = (): string => (existsSync(ranAs()) ? readFileSync(ranAs(), 'utf8') : '');

  beforeEach(() => {
    rmSync(lab.host.at('ran'), { recursive: true, force: true });
    mkdirSync(lab.host.at('ran'));
    chmodSync(lab.host.at('ran'), 0o777);
  });

  it('is the account whose variables they are, with its home and its own packages', async () => {
    const python = venvWith('for-alice', tattle(lab.host, ranAs()));
    giveToAlice(lab.host, 'home/alice');

    const run = await probe(python, { account: alice() });

    expect(run).toMatchObject({ ranAs: ALICE.uid, notProbed: null, results: [{ state: 'verified' }] });
    expect(readRan()).toBe(`${ALICE.uid} `);
  });

  it('is nobody where no account is named and all is root’s, or the one owner', async () => {
    const rootOnly = venvWith('machine', tattle(lab.host, ranAs()));
    addHook(lab.host, makeVenv(lab.host, 'home/alice/venv'), tattle(lab.host, `${ranAs()}-2`));
    giveToAlice(lab.host, 'home/alice');

    expect((await probe(rootOnly)).ranAs).toBe(65534);
    expect(readRan()).toBe('65534 ');
    expect((await probe(lab.host.at('home/alice/venv/bin/python'))).ranAs).toBe(ALICE.uid);
    expect(readFileSync(`${ranAs()}-2`, 'utf8')).toBe(`${ALICE.uid} `);
  });

  it('is nobody at all where another account could have put something in its way', async () => {
    const python = venvWith('open', tattle(lab.host, ranAs()));
    addHook(lab.host, makeVenv(lab.host, 'home/alice/own'), tattle(lab.host, ranAs()));
    lab.host.put('home/alice/lib/extra.py', '');
    lab.host.put('home/alice/api/shotgun_api3/__init__.py', tattle(lab.host, ranAs()));
    giveToAlice(lab.host, 'home/alice');
    const bob = { uid: ALICE.uid + 1, gid: ALICE.gid + 1, name: 'bob', home: lab.host.at('home/bob') };
    const root = { uid: 0, gid: 0, name: 'root', home: lab.host.at('root') };
    const lib = lab.host.at('home/alice/lib');
    const api = [lab.target('good', 'shotgun_api3.crud', lab.host.at('home/alice/api/shotgun_api3'))];

    for (const request of [
      { account: root, variables: { PYTHONPATH: lib } },
      { account: root, variables: { PYTHONHOME: lib } },
      { account: root, variables: { OPENSSL_CONF: `${lib}/openssl.cnf` } },
      { account: root, targets: api },
      { account: bob, variables: { PYTHONPATH: lib } },
      { account: bob, targets: api },
    ]) {
      const run = await probe(python, request);
      expect([request, run.notProbed]).toEqual([request, expect.stringMatching(/uid/)]);
      expect(run.ranAs).toBeNull();
    }
    expect((await probe(lab.host.at('home/alice/own/bin/python'), { account: bob })).notProbed).toMatch(
      /uid/,
    );
    expect(readRan()).toBe('');
  });

  it('takes root’s own packages for what root runs', async () => {
    const version = execFileSync(system, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    }).trim();
    const sites = lab.host.put(`root/.local/lib/python${version}/site-packages/extra.py`, '');
    giveToAlice(lab.host, sites.slice(lab.host.root.length + 1));
    const root = { uid: 0, gid: 0, name: 'root', home: lab.host.at('root') };

    expect((await probe(system, { account: root })).notProbed).toMatch(/extra\.py|uid/);
  });
});

describe('an agent that is not root', () => {
  it('runs nothing as somebody else', async () => {
    const { openProbe } = await import('./probe-python.ts');
    const { realPorts } = await import('../testing/host.ts');
    const ports = { ...realPorts(), uid: 1000, canActAs: false };
    const run = await openProbe(ports, {
      processEnv: {},
      root: lab.host.root,
      workingDirectory: lab.host.at('empty'),
    });

    const { notProbed } = await run({
      python: { path: system, kind: 'system', facts: 'run', notRunBecause: null },
      account: alice(),
      variables: {},
      targets: [lab.target('good', 'ssl')],
    });

    expect(notProbed).toBe('the agent has no right to run anything as alice');
  });
});
