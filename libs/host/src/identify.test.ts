import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from './identify.ts';
import { atomicWriteFile, createHost } from './index.ts';
import { IS_ROOT, makePlace } from './testing/place.ts';

const place = makePlace();
const at = (name: string): string => join(place.path, name);
const host = createHost();
const one = async (name: string) => (await host.identify([at(name)]))[0] ?? null;
afterAll(() => {
  place.remove();
});

const failing = (code: string) => (): Promise<never> =>
  Promise.reject(Object.assign(new Error('stat failed'), { code }));

describe('identify', () => {
  beforeEach(() => {
    writeFileSync(at('file'), 'one');
    chmodSync(at('file'), 0o644);
  });

  it.each<[string, () => void]>([
    [
      'written in place with its old times',
      () => {
        const { atime, mtime } = statSync(at('file'));
        writeFileSync(at('file'), 'two');
        utimesSync(at('file'), atime, mtime);
      },
    ],
    [
      'replaced',
      () => {
        writeFileSync(at('new'), 'one');
        renameSync(at('new'), at('file'));
      },
    ],
    [
      'given other rights',
      () => {
        chmodSync(at('file'), 0o600);
      },
    ],
  ])('differs for a file that is %s', async (_, change) => {
    const before = await one('file');
    expect((await one('file'))?.identity).toBe(before?.identity);
    // A change within one tick of the file system's clock could look the same: that is what `settled` is for.
    await setTimeout(20);
    change();
    expect((await one('file'))?.identity).not.toBe(before?.identity);
  });

  it('is not settled right after a change, and is after a while', async () => {
    expect(await one('file')).toMatchObject({ settled: false });
    const end = Date.now() + 20_000;
    while ((await one('file'))?.settled !== true && Date.now() < end) await setTimeout(200);
    expect(await one('file')).toMatchObject({ settled: true });
  });

  it('tells files, directories and links apart, in the order of the paths', async () => {
    mkdirSync(at('directory'), { recursive: true });
    if (!existsSync(at('link'))) symlinkSync('file', at('link'));
    const paths = [at('directory'), at('missing'), at('link'), 'relative', at('file')];
    const kinds = async (followLinks: boolean) =>
      (await host.identify(paths, { followLinks })).map((found) => found?.kind ?? null);
    expect(await kinds(true)).toEqual(['directory', null, 'file', null, 'file']);
    expect(await kinds(false)).toEqual(['directory', null, 'link', null, 'file']);
    expect(await one('file')).toMatchObject({
      mode: 0o644,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
  });

  it.each([
    ['a link to itself', 'loop'],
    ['a name that no file system has', 'n'.repeat(300)],
    ['something below a file', 'file/below'],
  ])('%s is not there', async (_, name) => {
    if (name === 'loop' && !existsSync(at('loop'))) symlinkSync('loop', at('loop'));
    expect(await one(name)).toBeNull();
  });

  it.each([
    ...['ENOENT', 'EACCES', 'EIO', 'ESTALE', 'ENOTCONN', 'EHOSTDOWN', 'UNKNOWN'],
    'Unknown system error -117',
  ])('has nothing to say of a path that the file system answers %s of', async (code) => {
    expect(await identityOf(at('file'), failing(code))).toBeNull();
  });

  it.each(['EMFILE', 'ENFILE', 'ENOMEM', ''])('does not take %j for an answer', async (code) => {
    await expect(identityOf(at('file'), failing(code))).rejects.toThrow('stat failed');
  });

  it('looks at many', async () => {
    const found = await host.identify(Array.from({ length: 1000 }, () => at('file')));
    expect(new Set(found.map((each) => each?.identity)).size).toBe(1);
  });
});

describe('makeDirectory', () => {
  it('makes all that is missing, 0755, and leaves what is there', async () => {
    await host.makeDirectory(at('a/b/c'));
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o755);
    chmodSync(at('a/b'), 0o700);
    await host.makeDirectory(at('a/b'));
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o700);
    await expect(host.makeDirectory('relative')).rejects.toThrow('absolute');
  });
});

describe.skipIf(!IS_ROOT)('atomicWriteFile with an owner (needs root)', () => {
  it('gives the file to it, with its mode', async () => {
    writeFileSync(at('owned'), 'old');
    chownSync(at('owned'), 1234, 1235);
    await atomicWriteFile(at('owned'), Buffer.from('new'), { mode: 0o640, owner: { uid: 1234, gid: 1235 } });
    const { mode, uid, gid } = statSync(at('owned'));
    expect([mode & 0o777, uid, gid]).toEqual([0o640, 1234, 1235]);
  });
});
