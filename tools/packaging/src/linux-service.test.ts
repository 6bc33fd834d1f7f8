import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPackage } from './testing/find-package.ts';
import { makeLinuxMachine, type LinuxMachine } from './testing/linux-machine.ts';
import { writeIdentity } from './testing/write-identity.ts';

const AGENT = '/root/package/trustfleet-agent';
const INSTALLED = '/opt/trustfleet/bin/trustfleet-agent';
const UNIT = '/etc/systemd/system/trustfleet-agent.service';
/** Exposure that systemd-analyze may find at most, in tenths: 3.9 today, 9.6 for a plain service. */
const EXPOSURE = 42;

let machine: LinuxMachine;
beforeEach(async () => {
  machine = await makeLinuxMachine();
});
afterEach(() => machine.dispose());

const file = (path: string): string => join(machine.directory, path);
const write = (path: string, text: string): Promise<void> => writeFile(file(path), text);
const isThere = (path: string): Promise<boolean> =>
  stat(file(path)).then(
    () => true,
    () => false,
  );

describe('install', () => {
  it('refuses without systemd, and says what to do instead', async () => {
    await machine.run('/bin/rm', '-r', '/run/systemd');

    const { code, stderr } = await machine.run(AGENT, 'install');

    expect(code).toBe(1);
    expect(stderr).toMatch(/not run by systemd.*in the foreground.*trustfleet-agent run/);
    expect(await readdir(file('opt'))).toEqual([]);
  });

  it('refuses somebody who is not root', async () => {
    await machine.run('/bin/cp', AGENT, '/run/agent');
    await chmod(file('.'), 0o755);

    const { code, stderr } = await machine.run(
      ...(['/usr/bin/setpriv', '--reuid=65534', '--clear-groups', '/run/agent', 'install'] as const),
    );

    expect(stderr).toMatch(/run this as root/);
    expect(code).toBe(1);
  });

  it('refuses a program that others could have put there, and installs nothing', async () => {
    await machine.run('/bin/cp', '-r', '/root/package', '/run/package');
    await chmod(file('run/package'), 0o777);

    const { code, stderr } = await machine.run('/run/package/trustfleet-agent', 'install');

    expect(code).toBe(1);
    expect(stderr).toMatch(/not installed from where it lies, since .* can be written by others/);
    expect(await readdir(file('opt'))).toEqual([]);
  });

  it("refuses to serve from a program directory that is somebody else's, and takes a file there out of their hands", async () => {
    await machine.run('/bin/mkdir', '-p', '/opt/trustfleet/bin');
    await machine.run('/bin/cp', AGENT, INSTALLED);
    await machine.run('/bin/chown', '-R', '1000:1000', '/opt/trustfleet');

    for (const agent of [INSTALLED, AGENT]) {
      const { code, stderr } = await machine.run(agent, 'install');
      expect(stderr).toMatch(/since user id 1000 owns a part of \/opt\/trustfleet\/bin/);
      expect(code).toBe(1);
    }
    expect(await isThere(UNIT)).toBe(false);

    // As an archive that root unpacked leaves it: the same bytes, and whoever made the archive could change them.
    await machine.run('/bin/chown', '0:0', '/opt/trustfleet', '/opt/trustfleet/bin');
    expect((await machine.run(INSTALLED, 'install')).stderr).toMatch(/user id 1000 owns a part/);
    expect(await machine.run(AGENT, 'install')).toMatchObject({ code: 0, stderr: '' });
    expect((await stat(file(INSTALLED))).uid).toBe(0);
  });

  it('keeps the service running where another release cannot be put in place', async () => {
    await writeIdentity(file('var/lib/trustfleet-agent'));
    await machine.run(AGENT, 'install');
    await machine.run(
      '/bin/sh',
      '-c',
      `cp ${INSTALLED} /opt/x && echo older >>/opt/x && mv /opt/x ${INSTALLED}`,
    );

    const readOnly =
      'mount --bind /opt/trustfleet/bin /opt/trustfleet/bin && mount -o remount,bind,ro /opt/trustfleet/bin';
    const { code, stderr } = await machine.run('/bin/sh', '-c', `${readOnly} && exec ${AGENT} install`);

    expect(stderr).toMatch(
      /could not be put into \/opt\/trustfleet\/bin .*run install again\. The service runs as before/,
    );
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect((await machine.run(INSTALLED, 'status')).stdout).toMatch(/Service: +running/);
  });

  it('says that a token was not needed', async () => {
    const hostId = await writeIdentity(file('var/lib/trustfleet-agent'));

    const { code, stdout } = await machine.run(AGENT, 'install', '--token', 'tf1.bm9uc2Vuc2U');

    expect(stdout).toMatch(new RegExp(`token was not needed: this machine is host ${hostId} at https`));
    expect(code).toBe(0);
  });

  it.each([
    ['{"format":1,"permits":["trustStore.addAnchor"', /is not an allow-list: it is not JSON/],
    ['{"format":3,"permits":[]}', /is not an allow-list: at format/],
  ])('refuses the allow-list %s before anything is changed', async (text, sentence) => {
    await write('root/list.json', text);

    const { code, stderr } = await machine.run(AGENT, 'install', '--allow-list', '/root/list.json');

    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(await readdir(file('opt'))).toEqual([]);
    expect(await isThere('etc/trustfleet')).toBe(false);
  });

  it('an enrolment that fails leaves no service behind', async () => {
    const { code, stderr } = await machine.run(AGENT, 'install', '--token', 'tf1.bm9uc2Vuc2U');

    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(await isThere(UNIT)).toBe(false);
  });
});

describe('the unit', () => {
  it('is a sound one to the real systemd-analyze, and a confined one', async () => {
    await machine.run(AGENT, 'install');

    const verified = await machine.run('/usr/bin/systemd-analyze', 'verify', UNIT);
    const judged = await machine.run(
      ...([
        '/usr/bin/systemd-analyze',
        'security',
        '--offline=true',
        `--threshold=${EXPOSURE}`,
        UNIT,
      ] as const),
    );

    expect(verified).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(judged.stdout).toMatch(/Overall exposure level/);
    expect(judged.code, judged.stdout).toBe(0);
  });

  it('lets the agent tie a tool to its life, which it could not with less', async () => {
    await machine.run(AGENT, 'install');
    const text = await readFile(file(UNIT), 'utf8');
    const [, capabilities = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(text) ?? [];
    const names = capabilities.split(' ').map((name) => name.replace('CAP_', '+').toLowerCase());
    const tie = [
      '/usr/bin/setpriv',
      '--pdeathsig',
      'KILL',
      '--',
      '/usr/bin/unshare',
      '--pid',
      '--fork',
      '--',
      '/bin/true',
    ];
    const within = (set: readonly string[]) =>
      machine.run(
        '/usr/bin/setpriv',
        '--no-new-privs',
        '--bounding-set',
        ['-all', ...set].join(','),
        '--',
        ...tie,
      );

    expect((await within(names)).code).toBe(0);
    expect((await within(names.filter((name) => name !== '+sys_admin'))).code).not.toBe(0);
    const filter = await machine.run('/usr/bin/systemd-analyze', 'syscall-filter', '@process');
    expect(filter.stdout).toMatch(/^\s+unshare$/m);
  });
});

it('a machine is installed, started, looked at, upgraded, stopped and left as it was', async () => {
  const before = await readdir(file('etc/systemd/system'));
  await write('root/list.json', '{"format":1,"permits":["trustStore.addAnchor"]}');
  const hostId = await writeIdentity(file('var/lib/trustfleet-agent'));
  const status = async (): Promise<string> => (await machine.run(INSTALLED, 'status')).stdout;

  const installed = await machine.run(AGENT, 'install', '--allow-list', '/root/list.json');
  expect(installed).toMatchObject({ code: 0, stderr: '' });
  expect(installed.stdout).toMatch(
    /Permits: +trustStore\.addAnchor \(\/etc\/trustfleet\/allow-list\.json\)[^]*runs/,
  );
  const program = await stat(file(INSTALLED));
  expect([program.mode & 0o7777, program.uid]).toEqual([0o755, 0]);
  expect(
    (await readFile(file(INSTALLED))).equals(
      await readFile(join(await findPackage('linux-x64'), 'trustfleet-agent')),
    ),
  ).toBe(true);
  await vi.waitFor(async () => {
    expect(await status()).toMatch(new RegExp(`Enrolled: +host ${hostId}[^]*Agent: +running`));
  }, 60_000);
  expect(await status()).toMatch(/Permits: +trustStore\.addAnchor[^]*Service: +running$/m);

  // Nothing is new: the running service is left alone.
  const pid = await readFile(file('run/agent.pid'), 'utf8');
  expect((await machine.run(AGENT, 'install')).code).toBe(0);
  expect(await readFile(file('run/agent.pid'), 'utf8')).toBe(pid);
  // Another release: it replaces the program of the running one, and runs.
  await machine.run(
    '/bin/sh',
    '-c',
    `cp ${INSTALLED} /opt/x && echo older >>/opt/x && mv /opt/x ${INSTALLED}`,
  );
  expect(await machine.run(AGENT, 'install')).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(file('run/agent.pid'), 'utf8')).not.toBe(pid);

  expect((await machine.run(INSTALLED, 'stop')).stdout).toMatch(/is stopped/);
  expect(await status()).toMatch(/Agent: +not running[^]*Service: +stopped/);
  expect(await readFile(file('run/journal'), 'utf8')).toMatch(/agent stops reason="SIGTERM"/);
  expect((await machine.run(INSTALLED, 'start')).code).toBe(0);

  // Of an install that was cut off.
  await write('opt/trustfleet/bin/.trustfleet-agent.0123456789abcdef.tmp', 'half a program');
  const removed = await machine.run(INSTALLED, 'uninstall');
  expect(removed.stdout).toMatch(/service is removed[^]*stay in \/var\/lib\/trustfleet-agent/);
  expect(await readdir(file('etc/systemd/system'))).toEqual(before);
  expect(await readdir(file('opt'))).toEqual([]);
  expect(await isThere('run/agent.pid')).toBe(false);
  expect(await isThere('var/lib/trustfleet-agent/identity.json')).toBe(true);

  const purged = await machine.run(AGENT, 'uninstall', '--purge');
  expect(purged.stdout).toMatch(new RegExp(`no service[^]*Revoke host ${hostId}`));
  expect(await readdir(file('var/lib'))).toEqual([]);
  expect(await isThere('etc/trustfleet')).toBe(false);
  for (const call of await machine.calls())
    expect(call).toMatch(
      /^--no-pager --no-ask-password (--version|daemon-reload|enable|disable --now|start|stop|show|reset-failed)/,
    );
});

it('an identity that is damaged keeps nobody from getting rid of the agent, and is not quoted', async () => {
  await machine.run(AGENT, 'install');
  await writeFile(file('var/lib/trustfleet-agent/identity.json'), 'THE-SECRET');

  const { stderr } = await machine.run(AGENT, 'start');
  expect(stderr).toMatch(/identity\.json is damaged/);
  expect(stderr).not.toMatch(/SECRET/);
  expect(await machine.run(AGENT, 'uninstall', '--purge')).toMatchObject({ code: 0, stderr: '' });
  expect(await isThere(UNIT)).toBe(false);
  expect(await readdir(file('var/lib'))).toEqual([]);
});

it('start and stop need a service, start an enrolled machine', async () => {
  expect((await machine.run(AGENT, 'start')).stderr).toMatch(/not enrolled.*trustfleet-agent enroll/);
  await mkdir(file('var/lib/trustfleet-agent'), { recursive: true, mode: 0o700 });
  await writeIdentity(file('var/lib/trustfleet-agent'));
  expect((await machine.run(AGENT, 'start')).stderr).toMatch(/no service.*trustfleet-agent install/);
  expect((await machine.run(AGENT, 'stop')).stderr).toMatch(/no service.*trustfleet-agent install/);
});
