import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
