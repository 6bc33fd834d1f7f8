import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShotgridPorts } from '../ports.ts';
import { discoverOn, site } from '../testing/discover.ts';
import { ALICE, BOB, IS_ROOT, makeTestHost, realPorts, type TestHost } from '../testing/host.ts';
import { coreApi, putApi, putConfiguration, putCore, shotgunPy } from '../testing/layouts.ts';

let host: TestHost;
/** Whose rights each file was opened with, by its path below the root; null: the agent's own. */
let opened: Record<string, number | null>;
beforeEach(() => {
  host = makeTestHost();
  opened = {};
});
afterEach(() => {
  host.remove();
});

function watchedPorts(): ShotgridPorts {
  const ports = realPorts();
  return {
    ...ports,
    readFile(path, options = {}) {
      opened[path.replace(`${host.root}/`, '')] = options.asUser?.uid ?? null;
      return ports.readFile(path, options);
    },
  };
}

const SITES = 'opt/py/site-packages';

describe('what is no regular file', () => {
  it.each(['FIFO', 'device', 'directory'])('a %s is a problem line, and no wait', async (what) => {
    host.directory(`${SITES}/shotgun_api3`);
    const path = host.at(`${SITES}/shotgun_api3/shotgun.py`);
    if (what === 'FIFO') execFileSync('/usr/bin/mkfifo', [path]);
    else if (what === 'device') host.link(`${SITES}/shotgun_api3/shotgun.py`, '/dev/zero');
    else host.directory(`${SITES}/shotgun_api3/shotgun.py`);
    host.link(`${SITES}/shotgun_api3-3.0.13-py2.6.egg`, '/dev/zero');

    const { apis, problems } = await discoverOn(host, { sites: [site(host, SITES)] });

    expect(apis).toEqual({});
    expect(problems).toHaveLength(2);
    expect(problems.every((problem) => /not a regular file/.test(problem))).toBe(true);
  });

  it('links that lead to themselves or up are not followed round and round', async () => {
    putApi(host, 'opt/tools', { version: '3.9.0' });
    host.link('opt/tools/loop', host.at('opt'));
    host.link('opt/tools/self', 'self');
    host.link('opt/tools/deeper/shotgun_api3', '.');

    const { apis, problems } = await discoverOn(host, { search: [host.at('opt')] });

    expect(Object.keys(apis)).toEqual(['opt/tools/shotgun_api3/shotgun.py']);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(!IS_ROOT)('an agent that is root (needs root)', () => {
  it("reads a person's home as that person, and what is the machine's as itself", async () => {
    putApi(host, SITES, { version: '3.9.0', files: {} });
    const cache = 'home/alice/.shotgun/bundle_cache/app_store/tk-core/v0.23.6';
    putCore(host, cache, { version: 'v0.23.6' });
    putConfiguration(host, 'home/alice/.shotgun/studio/p1c2.basic.desktop/cfg', {
      'core_api.yml': coreApi('v0.23.6'),
    });
    putApi(host, 'home/bob/tools', { version: '3.8.2', files: {} });
    host.give(ALICE, 'home/alice');
    host.give(BOB, 'home/bob');

    const { result, apis } = await discoverOn(host, {
      sites: [site(host, SITES), site(host, 'home/bob/tools')],
      ports: watchedPorts(),
    });

    expect(Object.keys(apis)).toHaveLength(3);
    for (const [path, uid] of Object.entries(opened))
      expect([path, uid]).toEqual([
        path,
        path.startsWith('home/alice') ? ALICE.uid : path.startsWith('home/bob') ? BOB.uid : null,
      ]);
    expect(result.bundles.map(({ readAs }) => readAs?.uid)).toEqual(Array(4).fill(ALICE.uid));
  });

  it('is led by no link of a person to what only root may read', async () => {
    const secret = host.put('root/secret.py', `${shotgunPy('6.6.6')}password = "hunter2"\n`, 0o600);
    const pem = host.put('root/secret.pem', '-----BEGIN PRIVATE KEY-----\nhunter2\n', 0o600);
    for (const [owner, home] of [
      [ALICE, 'home/alice/site-packages'],
      [BOB, 'opt/shared/site-packages'],
    ] as const) {
      host.link(`${home}/shotgun_api3/shotgun.py`, secret);
      host.put(`${home}/tank_vendor/shotgun_api3/shotgun.py`, shotgunPy('3.6.2'));
      host.link(`${home}/tank_vendor/shotgun_api3/lib/certifi/cacert.pem`, pem);
      host.give(owner, home, home.split('/').slice(0, 2).join('/'));
    }

    const sites = [site(host, 'home/alice/site-packages'), site(host, 'opt/shared/site-packages')];
    const found = await discoverOn(host, { sites, search: [host.at('opt/shared')], ports: watchedPorts() });

    expect(JSON.stringify(found.result)).not.toMatch(/6\.6\.6|hunter2/);
    expect(found.problems.filter((problem) => problem.includes('may not be read'))).toHaveLength(4);
    const seen = { version: '3.6.2', bundles: [{ sha256: null, certificates: 0 }] };
    expect(Object.values(found.apis)).toMatchObject([seen, seen]);
  });

  it("does not read for a person what that person's configuration names", async () => {
    putCore(host, 'root/core/install/core', { version: 'v6.6.6' });
    putCore(host, 'root/dev', { version: 'v6.6.7' });
    putConfiguration(host, 'home/alice/.shotgun/studio/p1c2.basic.desktop/cfg', {
      'core_api.yml': `location: {type: dev, path: ${host.at('root/dev')}}\n`,
    });
    putConfiguration(host, 'opt/alice', { 'core_api.yml': coreApi('v1') });
    host.put('opt/alice/install/core/core_Linux.cfg', host.at('root/core'));
    chmodSync(host.at('root'), 0o700);
    host.give(ALICE, 'home/alice', 'opt/alice');

    const found = await discoverOn(host, { search: [host.at('opt')] });

    expect(found.cores).toEqual({});
    expect(JSON.stringify(found.result.section)).not.toContain('6.6.');
    expect(found.problems.filter((problem) => problem.includes('could not be read'))).toHaveLength(2);
  });

  it("reads as the account that a link of root's own leads to", async () => {
    putApi(host, 'data/alice/site-packages', { version: '3.9.0', files: {} });
    host.give(ALICE, 'data/alice');
    host.link('opt/py/site-packages', host.at('data/alice/site-packages'));
    host.link(
      'opt/py2/site-packages/shotgun_api3/shotgun.py',
      host.at('data/alice/site-packages/shotgun_api3/shotgun.py'),
    );

    const sites = [site(host, 'opt/py/site-packages'), site(host, 'opt/py2/site-packages')];
    const { apis } = await discoverOn(host, { sites, ports: watchedPorts() });

    expect(Object.values(apis).map(({ version }) => version)).toEqual(['3.9.0', '3.9.0']);
    expect(Object.values(opened)).toEqual([ALICE.uid, ALICE.uid]);
  });

  it('reads as nobody where anybody may have put something, and where two accounts may', async () => {
    putApi(host, 'opt/open', { version: '3.9.0', files: {} });
    putApi(host, 'opt/two', { version: '3.9.1', files: {} });
    chmodSync(host.at('opt/open'), 0o777);
    host.give(ALICE, 'opt/two');
    host.give(BOB, 'opt/two/shotgun_api3');

    const { apis } = await discoverOn(host, {
      sites: [site(host, 'opt/open'), site(host, 'opt/two')],
      ports: watchedPorts(),
    });

    expect(Object.values(apis).map(({ version }) => version)).toEqual(['3.9.0', '3.9.1']);
    expect(new Set(Object.values(opened))).toEqual(new Set([65534]));
  });

  it('reads its own directory below /tmp, where others may only add', async () => {
    const below = makeTestHost(tmpdir());
    try {
      expect(lstatSync(tmpdir()).mode & 0o1000).not.toBe(0);
      putApi(below, 'tools', { version: '3.9.0' });
      chmodSync(below.root, 0o700);

      const { apis } = await discoverOn(below, { search: [below.at('')] });

      expect(Object.values(apis)).toMatchObject([{ version: '3.9.0' }]);
    } finally {
      below.remove();
    }
  });

  it('that has given up other identities reads what it is asked to as itself', async () => {
    putApi(host, 'home/alice/tools', { version: '3.9.0' });
    host.give(ALICE, 'home/alice');

    const { apis } = await discoverOn(host, {
      search: [host.at('home/alice')],
      ports: { ...watchedPorts(), canActAs: false },
    });

    expect(Object.values(apis)).toMatchObject([{ version: '3.9.0' }]);
    expect(new Set(Object.values(opened))).toEqual(new Set([null]));
  });

  it('tells what it was not allowed to read', async () => {
    putApi(host, 'opt/closed', { version: '3.9.0' });
    host.give(ALICE, 'opt/closed');
    chmodSync(host.at('opt/closed/shotgun_api3/shotgun.py'), 0o000);

    const { apis, problems } = await discoverOn(host, { sites: [site(host, 'opt/closed')] });

    expect(apis).toEqual({});
    expect(problems).toEqual([expect.stringMatching(/closed\/shotgun_api3\/shotgun\.py: .*may not be read/)]);
  });
});
