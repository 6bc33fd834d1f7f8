import { chmod, lstat, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type { PlanChange } from '@trustfleet/protocol';
import type { DoneWork, OpenedRemedy, RemedyPlan } from '@trustfleet/repair';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carryOut, takeBack } from './testing/remedy-runs.ts';
import { ARTIST, createVariableLab, type VariableLab } from './testing/variable-lab.ts';

// Real files below a root of the test's own, with the rights of real accounts: root is needed for those.
const signal = AbortSignal.timeout(600_000);
let lab: VariableLab;
beforeEach(async () => {
  lab = await createVariableLab();
});
afterEach(() => lab.remove());

const ENVIRONMENT = [
  '# PATH is the studio’s\n',
  'PATH="/usr/local/bin:/usr/bin"\n',
  '\n',
  'export SSL_CERT_FILE="/old/ca.pem"   # the render team\n',
  'LANG=ko_KR.UTF-8',
].join('');
const MACHINE = { name: 'SSL_CERT_FILE', scope: 'machine' } as const;
const USER = { name: 'REQUESTS_CA_BUNDLE', scope: 'user', owner: 'artist' } as const;
const SERVICE = { name: 'SSL_CERT_FILE', scope: 'service', owner: 'farm.service' } as const;
const OWN = 'home/artist/.config/environment.d/zz-trustfleet.conf';
const DROP_IN = 'etc/systemd/system/farm.service.d/zz-trustfleet.conf';

const toBundle = (subject: object): OpenedRemedy =>
  lab.set({ ...subject, value: { kind: 'path', path: lab.bundle } });
const holds = async (remedy: OpenedRemedy): Promise<boolean | null> =>
  (await remedy.check('readBack', signal)).holds;
const reasonOf = (plan: RemedyPlan): string => ('reason' in plan ? plan.reason : plan.kind);
const changesOf = (plan: RemedyPlan): PlanChange[] => ('plan' in plan ? plan.plan.changes : []);

/** As a job of mode undo does it. */
async function undo(remedy: OpenedRemedy, done: DoneWork): Promise<RemedyPlan> {
  const reversed = remedy.reverse(done);
  const plan = await reversed.plan();
  if (plan.kind === 'change') for (const step of plan.steps) await step.run(signal);
  if (plan.kind === 'change') expect(await holds(reversed)).toBe(true);
  return plan;
}

describe('of the machine', () => {
  it('one line changes, in its place, with its quotes; its comment stays', async () => {
    await lab.put('etc/environment', ENVIRONMENT);
    const remedy = toBundle(MACHINE);

    const plan = await remedy.plan();
    expect(changesOf(plan)).toEqual([
      {
        ...{ kind: 'setVariable', name: 'SSL_CERT_FILE', scope: 'machine', owner: null },
        ...{ value: lab.bundle, previous: '/old/ca.pem"   ', source: lab.at('etc/environment') },
      },
    ]);
    expect(plan).toMatchObject({
      plan: { affected: [], remarks: [expect.stringContaining('next sign-in')] },
    });
    await carryOut(remedy);

    // The comment gets a line of its own: pam_env would take the spaces before it for a part of the path.
    expect(await lab.text('etc/environment')).toBe(
      ENVIRONMENT.replace(
        'export SSL_CERT_FILE="/old/ca.pem"   # the render team\n',
        `# the render team\nexport SSL_CERT_FILE="${lab.bundle}"\n`,
      ),
    );
    expect(await holds(remedy)).toBe(true);
    expect((await stat(lab.at('etc/environment'))).mode & 0o777).toBe(0o644);
  });

  it.each([
    ['nothing', null],
    ['another line without an end', 'LANG=C'],
    ['a line of its own', ENVIRONMENT],
    ['bytes that are no UTF-8', Buffer.from('NAME=caf\xe9\r\nSSL_CERT_FILE=/x\r\nZ=1', 'latin1')],
    ['two lines of its own', 'SSL_CERT_FILE=/a\nX=1\nSSL_CERT_FILE=/b\n'],
  ])('over %s: twice is once, and undone it is as before, byte for byte', async (_, text) => {
    if (text !== null) await lab.put('etc/environment', text);
    const before = await lab.tree();
    for (const remedy of [toBundle(MACHINE), lab.unset(MACHINE)]) {
      if ((await remedy.plan()).kind === 'none') continue;
      const done = await carryOut(remedy);
      expect(await holds(remedy)).toBe(true);
      expect((await remedy.plan()).kind).toBe('none');
      await undo(remedy, done);
      expect(await lab.tree()).toEqual(before);
      await takeBack(remedy, done);
      expect(await lab.tree()).toEqual(before);
    }
  });

  it('another line that somebody changed since stays; our own comes back', async () => {
    await lab.put('etc/environment', ENVIRONMENT);
    const remedy = toBundle(MACHINE);
    const done = await carryOut(remedy);
    const since = (await lab.text('etc/environment'))!.replace(
      'LANG=ko_KR.UTF-8',
      'LANG=C\nHTTPS_PROXY=http://p:1\n',
    );
    await lab.put('etc/environment', since);

    await undo(remedy, done);

    expect(await lab.text('etc/environment')).toBe(
      ENVIRONMENT.replace('LANG=ko_KR.UTF-8', 'LANG=C\nHTTPS_PROXY=http://p:1\n'),
    );
  });

  it('our own line that somebody changed since is left, and shown', async () => {
    await lab.put('etc/environment', ENVIRONMENT);
    const remedy = toBundle(MACHINE);
    const done = await carryOut(remedy);
    await lab.put('etc/environment', (await lab.text('etc/environment'))!.replace(lab.bundle, '/theirs.pem'));
    const since = await lab.text('etc/environment');

    const plan = await undo(remedy, done);

    expect(plan.kind).toBe('blocked');
    expect(reasonOf(plan)).toContain('SSL_CERT_FILE');
    expect(reasonOf(plan)).toContain('/theirs.pem');
    await expect(takeBack(remedy, done)).rejects.toThrow(/Somebody changed it since/);
    expect(await lab.text('etc/environment')).toBe(since);
  });

  it('a change by somebody else between plan and step is noticed', async () => {
    await lab.put('etc/environment', ENVIRONMENT);
    const plan = await toBundle(MACHINE).plan();
    await lab.put('etc/environment', ENVIRONMENT.replace('/old/ca.pem', '/newer.pem'));

    if (plan.kind !== 'change') throw new Error('no change');
    await expect(plan.steps[0]!.inverse()).rejects.toThrow(/changed since the plan/);
  });

  it('a start-up file that is read later gets a proposal, and nothing is written', async () => {
    await lab.put('etc/profile.d/studio.sh', 'export API_KEY=hunter2\nexport SSL_CERT_FILE=/old.pem\n');
    const before = await lab.tree();

    const plan = await toBundle(MACHINE).plan();

    expect(plan.kind).toBe('proposed');
    const [change] = changesOf(plan);
    expect(change).toMatchObject({
      kind: 'propose',
      owner: 'launcher',
      path: lab.at('etc/profile.d/studio.sh'),
    });
    const patch = change?.kind === 'propose' ? change.patch : '';
    expect(patch).toContain(`-export SSL_CERT_FILE=/old.pem\n+export SSL_CERT_FILE=${lab.bundle}`);
    expect(patch).not.toContain('hunter2');
    expect(await lab.tree()).toEqual(before);
  });

  it.each([
    ['# Ansible managed\nX=1\n', 'Ansible', 'ansible.builtin.lineinfile'],
    ['# This file is managed by Puppet.\nX=1\n', 'Puppet', 'file_line {'],
    [
      'X=1\n# BEGIN ANSIBLE MANAGED BLOCK\nSSL_CERT_FILE=/a\n# END ANSIBLE MANAGED BLOCK\n',
      'Ansible',
      'lineinfile',
    ],
  ])('%j belongs to %s: exported, not written', async (text, manager, sign) => {
    await lab.put('etc/environment', text);

    const plan = await toBundle(MACHINE).plan();

    expect(plan.kind).toBe('proposed');
    expect(reasonOf(plan)).toContain(`managed by ${manager}`);
    expect(plan).toMatchObject({ plan: { managers: [{ manager, target: lab.at('etc/environment') }] } });
    const [change] = changesOf(plan);
    expect(
      change?.kind === 'propose' && change.patch.includes(sign) && change.patch.includes(lab.bundle),
    ).toBe(true);
    expect(await lab.text('etc/environment')).toBe(text);
  });
});

describe('what would not help is refused', () => {
  it.each([
    ['etc/trustfleet/nowhere.pem', /is not there/],
    ['etc/trustfleet/one.pem', /one certificate alone/],
    ['etc/trustfleet/der.pem', /is DER/],
    ['etc/trustfleet/utf16.pem', /UTF-16/],
    ['etc/trustfleet/cut.pem', /damaged/],
    ['etc/trustfleet/secret.pem', /may not be read/],
    ['etc/trustfleet', /no plain file/],
  ])('%s', async (path, reason) => {
    const pem = await readFile(lab.bundle, 'utf8');
    await lab.put('etc/trustfleet/der.pem', pemToDer(WELL_KNOWN_ROOTS[0]!.pem));
    await lab.put('etc/trustfleet/cut.pem', pem.slice(0, -200));
    await lab.put('etc/trustfleet/secret.pem', pem);
    await chmod(lab.at('etc/trustfleet/secret.pem'), 0o600);
    await lab.put('etc/trustfleet/utf16.pem', Buffer.from(`\ufeff${pem}`, 'utf16le'));

    const plan = await lab.set({ ...MACHINE, value: { kind: 'path', path: lab.at(path) } }).plan();

    expect(plan.kind).toBe('notApplicable');
    expect(reasonOf(plan)).toMatch(reason);
  });

  it.each([
    [{ ...USER, owner: 'nobody-here' }, /no account nobody-here/],
    [{ ...SERVICE, owner: 'absent.service' }, /no unit absent.service/],
    [{ ...SERVICE, owner: '../../evil.service' }, /no name of a service/],
    [{ ...SERVICE, owner: 'farm.timer' }, /no (name of a service|unit)/],
  ])('%j', async (subject, reason) => {
    const plan = await toBundle(subject).plan();

    expect(plan.kind).toBe('notApplicable');
    expect(reasonOf(plan)).toMatch(reason);
  });
});

describe('of an account', () => {
  it('its own file, with its rights, in directories that go again', async () => {
    const before = await lab.tree();
    const remedy = toBundle(USER);

    const done = await carryOut(remedy);

    expect(await lab.text(OWN)).toMatch(
      new RegExp(`^# Written by Trustfleet.*\nREQUESTS_CA_BUNDLE=${lab.bundle}\n$`),
    );
    for (const path of [OWN, 'home/artist/.config/environment.d', 'home/artist/.config'])
      expect(await stat(lab.at(path))).toMatchObject(ARTIST);
    expect(await holds(remedy)).toBe(true);
    expect((await remedy.plan()).kind).toBe('none');
    await undo(remedy, done);
    expect(await lab.tree()).toEqual(before);
  });

  it('a link of theirs into a directory of root’s leads nowhere', async () => {
    await mkdir(lab.at('etc/environment.d'), { mode: 0o755 });
    await mkdir(lab.at('home/artist/.config'));
    await symlink(lab.at('etc/environment.d'), lab.at('home/artist/.config/environment.d'));
    const before = await lab.tree();

    await expect(carryOut(toBundle(USER))).rejects.toThrow(/Permission denied/);

    expect(await lab.tree()).toEqual(before);
  });
});

describe('of a service', () => {
  it('a drop-in behind all others, and the directory that was made goes again', async () => {
    const before = await lab.tree();
    const remedy = toBundle(SERVICE);

    const done = await carryOut(remedy);

    expect(await lab.text(DROP_IN)).toContain(`[Service]\nEnvironment="SSL_CERT_FILE=${lab.bundle}"\n`);
    expect(await holds(remedy)).toBe(true);
    await undo(remedy, done);
    expect(await lab.tree()).toEqual(before);
  });

  it('a value of the unit itself is overruled, and one in the unit is not unset here', async () => {
    await lab.put('etc/systemd/system/farm.service', '[Service]\nEnvironment=SSL_CERT_FILE=/old A=1\n');

    expect((await lab.unset(SERVICE).plan()).kind).toBe('proposed');
    await carryOut(toBundle(SERVICE));

    expect(await holds(toBundle(SERVICE))).toBe(true);
  });
});

describe('attacks', () => {
  it('a link in the place of /etc/environment is not written through', async () => {
    await lab.put('etc/secret', 'root alone');
    await symlink(lab.at('etc/secret'), lab.at('etc/environment'));

    await expect(carryOut(toBundle(MACHINE))).rejects.toThrow(/link/);

    expect(await lab.text('etc/secret')).toBe('root alone');
    expect((await lstat(lab.at('etc/environment'))).isSymbolicLink()).toBe(true);
  });

  it('what lies in a directory that others can write is left alone', async () => {
    await lab.put('etc/environment', ENVIRONMENT);
    await chmod(lab.at('etc'), 0o777);

    await expect(carryOut(toBundle(MACHINE))).rejects.toThrow(/can be written by others/);

    expect(await lab.text('etc/environment')).toBe(ENVIRONMENT);
  });
});
