import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDirectory, readBoundedFile } from './index.ts';
import { IS_ROOT, makePlace, NOBODY } from './testing/place.ts';

const place = makePlace();
const at = (name: string): string => join(place.path, name);
let socket: Server;

beforeAll(async () => {
  writeFileSync(at('plain'), 'hello');
  writeFileSync(at('empty'), '');
  writeFileSync(at('ten-megabytes'), Buffer.alloc(10 * 1024 * 1024, 'x'));
  writeFileSync(at('한글 and space'), 'ok');
  writeFileSync(at('secret'), 'for root alone', { mode: 0o600 });
  symlinkSync('plain', at('link'));
  symlinkSync('secret', at('link-to-secret'));
  symlinkSync('loop', at('loop'));
  symlinkSync('/dev/zero', at('link-to-device'));
  execFileSync('/usr/bin/mkfifo', [at('fifo')]);
  mkdirSync(at('directory'));
  mkdirSync(at('closed'));
  writeFileSync(at('closed/file'), 'x');
  chmodSync(at('closed'), 0o700);
  socket = createServer();
  await new Promise<void>((resolve) => socket.listen(at('socket'), resolve));
});
afterAll(async () => {
  await new Promise((resolve) => socket.close(resolve));
  place.remove();
});

const CASES: readonly [string, string][] = [
  ['plain', 'read'],
  ['empty', 'read'],
  ['link', 'read'],
  ['한글 and space', 'read'],
  ['ten-megabytes', 'read'],
  ['missing', 'missing'],
  ['plain/below-a-file', 'missing'],
  ['directory', 'notRegularFile'],
  ['fifo', 'notRegularFile'],
  ['socket', 'notRegularFile'],
  ['link-to-device', 'notRegularFile'],
  ['loop', 'unreadable'],
];

describe('readBoundedFile', () => {
  it.each(CASES)('%s → %s', async (name, state) => {
    const read = await readBoundedFile(at(name));
    expect(read.state).toBe(state);
    if (read.state !== 'read') expect(read.detail).toContain(at(name));
  });

  it('gives the bytes, the size and the path after links', async () => {
    expect(await readBoundedFile(at('link'))).toEqual({
      state: 'read',
      bytes: Buffer.from('hello'),
      size: 5,
      realPath: at('plain'),
    });
  });

  it('refuses what is over the limit, and reads just the head when asked', async () => {
    expect(await readBoundedFile(at('ten-megabytes'), { maxBytes: 1024 })).toMatchObject({
      state: 'tooLarge',
      size: 10 * 1024 * 1024,
    });
    expect(await readBoundedFile(at('plain'), { maxBytes: 5 })).toMatchObject({ state: 'read' });
    expect(await readBoundedFile(at('plain'), { maxBytes: 4 })).toMatchObject({ state: 'tooLarge' });
    expect(await readBoundedFile(at('plain'), { maxBytes: 4, head: true })).toMatchObject({
      state: 'read',
      bytes: Buffer.from('hell'),
    });
  });

  it('limits files that claim no size', async () => {
    expect(await readBoundedFile('/proc/self/status')).toMatchObject({ state: 'read' });
    expect(await readBoundedFile('/proc/self/status', { maxBytes: 10 })).toMatchObject({ state: 'tooLarge' });
  });

  it.each(['relative/path', '', 'a\0b', '/a\0b'])('refuses %j', async (path) => {
    expect(await readBoundedFile(path)).toMatchObject({ state: 'unreadable' });
  });
});

describe.skipIf(!IS_ROOT)('readBoundedFile as another account (needs root)', () => {
  it.each(CASES)('%s → %s', async (name, state) => {
    expect((await readBoundedFile(at(name), { asUser: NOBODY })).state).toBe(state);
  });

  it.each(['secret', 'link-to-secret', 'closed/file'])(
    'cannot read %s, which only root may',
    async (name) => {
      expect(await readBoundedFile(at(name), { asUser: NOBODY })).toMatchObject({ state: 'unreadable' });
      expect(await readBoundedFile(at(name))).toMatchObject({ state: 'read' });
    },
  );

  it('gives the same answer as reading oneself', async () => {
    expect(await readBoundedFile(at('link'), { asUser: NOBODY })).toEqual(await readBoundedFile(at('link')));
    expect(await readBoundedFile(at('plain'), { asUser: NOBODY, maxBytes: 4 })).toMatchObject({
      state: 'tooLarge',
      size: 5,
    });
    expect(await readBoundedFile(at('plain'), { asUser: NOBODY, maxBytes: 4, head: true })).toMatchObject({
      bytes: Buffer.from('hell'),
    });
  });
});

describe('listDirectory', () => {
  const names = ['closed', 'directory', 'empty', 'fifo', 'link'];

  it('lists sorted names with kinds', async () => {
    const listing = await listDirectory(place.path);
    if (listing.state !== 'listed') throw new Error(listing.detail);
    expect(listing.entries.filter(({ name }) => names.includes(name))).toEqual([
      { name: 'closed', kind: 'directory' },
      { name: 'directory', kind: 'directory' },
      { name: 'empty', kind: 'file' },
      { name: 'fifo', kind: 'other' },
      { name: 'link', kind: 'link' },
    ]);
  });

  it('stops at the limit and says what is no directory', async () => {
    expect(await listDirectory(place.path, { limit: 2 })).toMatchObject({
      state: 'listed',
      truncated: true,
      entries: { length: 2 },
    });
    expect(await listDirectory(at('plain'))).toMatchObject({ state: 'notDirectory' });
    expect(await listDirectory(at('missing'))).toMatchObject({ state: 'missing' });
    expect(await listDirectory('relative')).toMatchObject({ state: 'unreadable' });
  });

  it.skipIf(!IS_ROOT)(
    'sees the same as another account, where that account may look (needs root)',
    async () => {
      expect(await listDirectory(place.path, { asUser: NOBODY })).toEqual(await listDirectory(place.path));
      expect(await listDirectory(at('closed'), { asUser: NOBODY })).toMatchObject({ state: 'unreadable' });
      expect(await listDirectory(at('plain'), { asUser: NOBODY })).toMatchObject({ state: 'notDirectory' });
      expect(await listDirectory(at('missing'), { asUser: NOBODY })).toMatchObject({ state: 'missing' });
      expect(await listDirectory(place.path, { asUser: NOBODY, limit: 2 })).toMatchObject({
        truncated: true,
        entries: { length: 2 },
      });
    },
  );
});

describe('reads apart, in a child that can be given up', () => {
  it.each(CASES)('%s → %s', async (name, state) => {
    expect((await readBoundedFile(at(name), { apart: true })).state).toBe(state);
  });

  it('gives what a read in this process gives', async () => {
    expect(await readBoundedFile(at('link'), { apart: true })).toEqual(await readBoundedFile(at('link')));
    expect(await listDirectory(place.path, { apart: true })).toEqual(await listDirectory(place.path));
  });
});
