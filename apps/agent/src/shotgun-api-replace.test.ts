import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createReplaceApi, type FaultPoint, type Repair } from '@trustfleet/repair';
import { makeZip } from '@trustfleet/certificates/testing';
import { sha256Hex } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApiCopyAccess } from './api-copy-access.ts';
import { makeCodeLab, type CodeLab } from './testing/code-lab.ts';
import { publishedWheel, type WheelName } from './testing/wheels.ts';

let lab: CodeLab;
beforeEach(() => {
  lab = makeCodeLab();
});
afterEach(() => lab.remove());

const TOOLS = 'srv/tools';
const COPY = `${TOOLS}/shotgun_api3`;

/** A loose copy of a published release, as its users unpack it. */
async function unpack(name: WheelName, into = TOOLS): Promise<string> {
  const { bytes } = await publishedWheel(name);
  mkdirSync(lab.at(into), { recursive: true, mode: 0o755 });
  writeFileSync(lab.at('api.whl'), bytes);
  execFileSync('python3', ['-m', 'zipfile', '-e', lab.at('api.whl'), lab.at('unpacked')]);
  execFileSync('/bin/mv', [lab.at('unpacked/shotgun_api3'), lab.at(`${into}/shotgun_api3`)]);
  rmSync(lab.at('unpacked'), { recursive: true });
  execFileSync('/bin/chmod', ['-R', 'u=rwX,go=rX', lab.at(into)]);
  return lab.at(`${into}/shotgun_api3`);
}

/** Every file below with its rights, owner, time and content. */
const picture = (path: string): string =>
  execFileSync(
    'bash',
    [
      '-c',
      `cd "$1" && find . -printf '%P %y %m %U %G\\n' | sort && find . -type f -printf '%P %Ts\\n' | sort && find . -type f -print0 | sort -z | xargs -0r sha256sum`,
      'picture',
      path,
    ],
    { encoding: 'utf8' },
  );

const open = (fault?: FaultPoint): Promise<Repair> => {
  const facts = () => lab.facts({ search: [lab.at('srv')] });
  const access = createApiCopyAccess(lab.parts(facts));
  return lab.repair([createReplaceApi(access)], fault === undefined ? {} : { fault });
};

const orderFor = (path: string, { bytes, version }: { bytes: Buffer; version: string }) => {
  const wheel = sha256Hex(bytes);
  return lab.message(
    'shotgunApi.replace',
    { path, version, wheel },
    { artifacts: new Map([[wheel, bytes]]), job: { executionTimeoutMs: 60_000 } },
  );
};

async function apply(path: string, release: { bytes: Buffer; version: string }) {
  const repair = await open();
  const { jobId, ...message } = orderFor(path, release);
  await repair.accept(message);
  await repair.idle();
  return { jobId, last: lab.events.at(-1)! };
}

async function undo(jobId: string) {
  const repair = await open();
  await repair.undoAsOwner({ requestId: crypto.randomUUID(), undoes: jobId });
  await repair.idle();
  return lab.events.at(-1)!;
}

const imported = (directory: string): string =>
  execFileSync('python3', ['-B', '-c', 'import shotgun_api3; print(shotgun_api3.__version__)'], {
    env: { PYTHONPATH: directory, PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
  }).trim();

describe('a loose copy of 3.8.4', () => {
  it('becomes 3.9.0, once, and comes back byte for byte', async () => {
    const path = await unpack('shotgun_api3==3.8.4');
    execFileSync('/bin/chmod', ['-R', 'g-rwx', path]);
    const before = picture(lab.at(TOOLS));
    const release = await publishedWheel('shotgun_api3==3.9.0');

    const first = await apply(path, release);

    expect(first.last).toMatchObject({
      ...{ state: 'verified', effective: 'appRestart' },
      after: { subject: 'api', state: '3.9.0', holds: true },
      plan: { changes: [{ kind: 'replaceCode', path, from: '3.8.4', to: '3.9.0' }] },
    });
    expect(imported(lab.at(TOOLS))).toBe('3.9.0');
    expect(readdirSync(lab.at(TOOLS))).toEqual(['shotgun_api3']);
    expect(picture(path)).toMatch(/^shotgun\.py f 604 0 0$/m);
    const after = picture(lab.at(TOOLS));
    expect((await apply(path, release)).last).toMatchObject({ state: 'alreadyCompliant' });
    expect(picture(lab.at(TOOLS))).toBe(after);

    expect(await undo(first.jobId)).toMatchObject({ undone: true });
    expect(picture(lab.at(TOOLS))).toBe(before);
  }, 240_000);
});

/** A release as small as one can be: what stands in the way of a stop has nothing to do with its size. */
function release(version: string): { bytes: Buffer; version: string } {
  const folder = `python-api-${version}`;
  const members = [
    { name: `${folder}/README.md`, content: 'read me' },
    { name: `${folder}/shotgun_api3/__init__.py`, content: 'from .shotgun import __version__\n' },
    { name: `${folder}/shotgun_api3/shotgun.py`, content: `__version__ = "${version}"\n` },
  ];
  return { bytes: makeZip(members), version };
}

function putCopy(version: string, into = TOOLS): string {
  lab.put(`${into}/shotgun_api3/__init__.py`, 'from .shotgun import __version__\n');
  lab.put(`${into}/shotgun_api3/shotgun.py`, `__version__ = "${version}"\n`);
  lab.put(`${into}/shotgun_api3/lib/old.py`, 'old = True\n');
  return lab.at(`${into}/shotgun_api3`);
}

describe('an agent that stops', () => {
  it('at any point leaves the old copy or the new one, and nothing beside it', async () => {
    const path = lab.at(COPY);
    reset(path);
    const to = release('3.9.0');
    const before = picture(lab.at(TOOLS));
    const points: string[] = [];
    const first = await open((point) => void points.push(point));
    await first.accept(orderFor(path, to));
    await first.idle();
    expect(points.length).toBeGreaterThan(20);
    const ends = new Set<string>();
    for (const [stop, point] of points.entries()) {
      reset(path);
      let passed = 0;
      let reached = (): void => undefined;
      const frozen = new Promise<void>((resolve) => (reached = resolve));
      const stopped = await open(() => {
        passed += 1;
        if (passed <= stop) return undefined;
        reached();
        return new Promise<never>(() => undefined);
      });
      void stopped.accept(orderFor(path, to));
      await frozen;
      lab.events.length = 0;

      await (await open()).recover();

      const where = `stopped at ${stop} (${point})`;
      const final = lab.events.at(-1);
      if (final !== undefined) ends.add(final.state);
      expect(readdirSync(lab.at(TOOLS)), where).toEqual(['shotgun_api3']);
      // It had ended before the agent stopped.
      const done = point === 'after:final' || final?.state === 'verified';
      if (done) expect(imported(lab.at(TOOLS)), where).toBe('3.9.0');
      else expect(picture(lab.at(TOOLS)), where).toBe(before);
    }
    expect([...ends].sort()).toEqual(['failed', 'verified']);
  }, 600_000);
});

function reset(path: string): void {
  rmSync(lab.stateDir, { recursive: true, force: true });
  rmSync(path, { recursive: true, force: true });
  putCopy('3.8.4');
  const old = ['-exec', 'touch', '-d', '2026-01-01T00:00:00Z', '{}', '+'];
  execFileSync('find', [lab.at(TOOLS), '-type', 'f', ...old]);
  lab.events.length = 0;
}

describe('what is not touched', () => {
  const refused = async (path: string, to = release('3.9.0')) => {
    const before = existsSync(lab.at(TOOLS)) ? picture(lab.at(TOOLS)) : '';
    const { last } = await apply(path, to);
    expect(last.state).toBe('notApplicable');
    if (before !== '') expect(picture(lab.at(TOOLS))).toBe(before);
    return last.detail;
  };

  it('a git checkout, also from a directory above it', async () => {
    const path = putCopy('3.8.4');
    mkdirSync(lab.at('srv/.git'));
    expect(await refused(path)).toMatch(/git checkout .*srv: .*git checkout v3\.9\.0/);
  }, 120_000);

  it('a copy that is a link, which leads into somebody else’s', async () => {
    const real = putCopy('3.8.4', 'opt/other');
    mkdirSync(lab.at(TOOLS), { recursive: true });
    symlinkSync(real, lab.at(COPY));
    expect(await refused(lab.at(COPY))).toMatch(/symbolic link/);
    expect(readdirSync(lab.at('opt/other'))).toEqual(['shotgun_api3']);
  }, 120_000);

  it.each([
    ['its directory', TOOLS, 0o777],
    ['a directory on the way', 'srv', 0o775],
    ['a directory in it', `${COPY}/lib`, 0o777],
    ['a file in it', `${COPY}/shotgun.py`, 0o666],
  ])(
    'what others can write: %s',
    async (_what, where, mode) => {
      const path = putCopy('3.8.4');
      chmodSync(lab.at(where), mode);
      expect(await refused(path)).toMatch(/can be written by its group or by others/);
    },
    120_000,
  );

  it('a release of E9, an older one, and an archive of another version', async () => {
    const path = putCopy('3.8.1');
    expect(await refused(path, release('3.8.4'))).toMatch(/one problem for another/);
    expect(await refused(path, release('3.6.2'))).toMatch(/nothing is downgraded/);
    expect(await refused(path, { ...release('3.9.1'), version: '3.9.0' })).toMatch(
      /holds shotgun_api3 3\.9\.1/,
    );
  }, 120_000);

  it('an archive that leads out of its directory', async () => {
    const path = putCopy('3.8.4');
    const bytes = makeZip([
      { name: 'a/shotgun_api3/__init__.py', content: '' },
      { name: 'a/shotgun_api3/../../../../etc/cron.d/x', content: 'x' },
    ]);
    expect(await refused(path, { bytes, version: '3.9.0' })).toMatch(
      /leads out of its directory|no sound zip/,
    );
  }, 120_000);
});

describe('a copy of another account', () => {
  it('is replaced as that account, and what it plants is never run or followed as root', async () => {
    const path = putCopy('3.8.4');
    execFileSync('/bin/chown', ['-R', '65534:65534', lab.at(TOOLS)]);
    const before = picture(lab.at(TOOLS));

    const { last, jobId } = await apply(path, release('3.9.0'));
    expect(last).toMatchObject({ state: 'verified' });
    expect(picture(path)).not.toMatch(/ 0 0$/m);
    expect(await undo(jobId)).toMatchObject({ undone: true });
    expect(picture(lab.at(TOOLS))).toBe(before);
  }, 240_000);

  it('with a file of root’s in it stays as it is', async () => {
    const path = putCopy('3.8.4');
    execFileSync('/bin/chown', ['-R', '65534:65534', lab.at(TOOLS)]);
    lab.put(`${COPY}/of-root.py`, 'x = 1\n');
    const { last } = await apply(path, release('3.9.0'));
    expect(last).toMatchObject({ state: 'notApplicable' });
    expect(last.detail).toMatch(/belongs to uid 0/);
  }, 120_000);
});

describe('a single file', () => {
  it('gives way to the package beside it, and comes back', async () => {
    const path = lab.put(`${TOOLS}/shotgun_api3.py`, '#!/usr/bin/env python\n__version__ = "3.0.7"\n');
    const before = picture(lab.at(TOOLS));

    const { last, jobId } = await apply(path, release('3.6.0'));
    expect(last).toMatchObject({ state: 'verified', after: { state: '3.6.0' } });
    expect(readdirSync(lab.at(TOOLS))).toEqual(['shotgun_api3']);
    expect((await apply(path, release('3.6.0'))).last).toMatchObject({ state: 'alreadyCompliant' });

    expect(await undo(jobId)).toMatchObject({ undone: true });
    expect(picture(lab.at(TOOLS))).toBe(before);
  }, 120_000);
});

describe('undo', () => {
  it('leaves a copy that somebody changed since', async () => {
    const path = putCopy('3.8.4');
    const { jobId } = await apply(path, release('3.9.0'));
    writeFileSync(`${path}/mine.py`, 'mine = True\n', { mode: 0o644 });
    const after = picture(lab.at(TOOLS));

    await undo(jobId);

    expect(lab.events.at(-1)?.undone).not.toBe(true);
    expect(picture(lab.at(TOOLS))).toBe(after);
  }, 120_000);
});
