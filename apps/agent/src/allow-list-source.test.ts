import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAllowList, type AllowList } from '@trustfleet/repair';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAllowListSource } from './allow-list-source.ts';

const PERMITS = '{"format":1,"permits":["trustStore.addAnchor"]}\n';
let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
  path = join(directory, 'allow-list.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const read = async (at = path): Promise<AllowList> => readAllowList(await createAllowListSource(), at);

it('accepts a file of this account that nobody else can write', async () => {
  await writeFile(path, PERMITS, { mode: 0o644 });

  expect(await read()).toMatchObject({ state: 'loaded', permits: ['trustStore.addAnchor'] });
});

it.each([0o664, 0o646, 0o666])('rejects a file of mode %o', async (mode) => {
  await writeFile(path, PERMITS);
  await chmod(path, mode);

  expect(await read()).toMatchObject({
    state: 'rejected',
    permits: [],
    problem: expect.stringContaining('chmod go-w') as string,
  });
});

it('rejects a file in a directory that everybody may write', async () => {
  await writeFile(path, PERMITS, { mode: 0o644 });
  await chmod(directory, 0o777);

  expect(await read()).toMatchObject({
    state: 'rejected',
    problem: expect.stringContaining(`chmod go-w ${directory}`) as string,
  });
});

it('rejects a link, a pipe and a directory in its place, without waiting', async () => {
  const real = join(directory, 'real.json');
  await writeFile(real, PERMITS, { mode: 0o644 });
  await symlink(real, path);
  execFileSync('/usr/bin/mkfifo', [join(directory, 'pipe.json')]);
  await mkdir(join(directory, 'dir.json'));

  expect(await read()).toMatchObject({
    state: 'rejected',
    problem: expect.stringContaining('symbolic link') as string,
  });
  expect(await read(join(directory, 'pipe.json'))).toMatchObject({ state: 'rejected' });
  expect(await read(join(directory, 'dir.json'))).toMatchObject({ state: 'rejected' });
});

it('follows linked directories only where their end is safe as well', async () => {
  const open = join(directory, 'open');
  await mkdir(open);
  await writeFile(join(open, 'allow-list.json'), PERMITS, { mode: 0o644 });
  await symlink(open, join(directory, 'linked'));
  expect(await read(join(directory, 'linked/allow-list.json'))).toMatchObject({ state: 'loaded' });

  await chmod(open, 0o777);

  expect(await read(join(directory, 'linked/allow-list.json'))).toMatchObject({ state: 'rejected' });
});

it.runIf(process.geteuid?.() === 0)('rejects a file of another account', async () => {
  await writeFile(path, PERMITS, { mode: 0o644 });
  execFileSync('/usr/bin/chown', ['65533', path]);

  expect(await read()).toMatchObject({
    state: 'rejected',
    problem: expect.stringContaining('65533') as string,
  });
});

it('tells a missing file from an empty directory above', async () => {
  expect(await read()).toMatchObject({ state: 'absent' });
  expect(await read(join(directory, 'none', 'allow-list.json'))).toMatchObject({ state: 'absent' });
});
