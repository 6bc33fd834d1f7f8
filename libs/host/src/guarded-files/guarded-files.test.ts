import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGuardedFiles } from './guarded-files.ts';
import type { GuardedCalls } from './types.ts';

const isRoot = process.geteuid?.() === 0;
const SOMEBODY = { uid: 4242, gid: 4242 };
const text = (words: string): Uint8Array => Buffer.from(words);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trustfleet-guarded-'));
  await mkdir(join(root, 'etc'), { mode: 0o755 });
});
afterEach(() => rm(root, { recursive: true, force: true }));
const at = (path: string): string => join(root, path);

describe('files of the machine', () => {
  it('are replaced as a whole, with mode and owner, and leave nothing beside them', async () => {
    const files = createGuardedFiles(root);
    await writeFile(at('etc/environment'), 'before');

    await files.writeFile(at('etc/environment'), text('after'), {
      mode: 0o640,
      uid: process.geteuid!(),
      gid: process.getegid!(),
    });

    expect(Buffer.from((await files.readFile(at('etc/environment')))!).toString()).toBe('after');
    expect(await files.attributes(at('etc/environment'))).toMatchObject({ plain: true, mode: 0o640 });
    expect(await readdir(at('etc'))).toEqual(['environment']);
    await files.removeFile(at('etc/environment'));
    await files.removeFile(at('etc/environment'));
    expect(await files.readFile(at('etc/environment'))).toBeNull();
    expect(await files.attributes(at('etc/nowhere/file'))).toBeNull();
  });

  it('directories are made, told, and removed only while they are empty', async () => {
    const files = createGuardedFiles(root);
    const drop = at('etc/systemd/system/farm.service.d');

    expect(await files.missingDirectories(drop)).toEqual([at('etc/systemd'), at('etc/systemd/system'), drop]);
    expect(await files.makeDirectory(drop)).toEqual([at('etc/systemd'), at('etc/systemd/system'), drop]);
    expect(await files.makeDirectory(drop)).toEqual([]);
    await files.writeFile(join(drop, 'a.conf'), text('[Service]\n'));
    await files.removeEmptyDirectory(drop);
    expect(await readdir(drop)).toEqual(['a.conf']);
    await files.removeFile(join(drop, 'a.conf'));
    await files.removeEmptyDirectory(drop);
    await files.removeEmptyDirectory(drop);
    expect(await readdir(at('etc/systemd/system'))).toEqual([]);
  });

  it('what a write that was killed left is swept, and nothing else', async () => {
    await writeFile(at('etc/.environment.0123456789abcdef.tmp'), 'half');
    await writeFile(at('etc/.environmental'), 'other');

    await createGuardedFiles(root).sweep(at('etc/environment'));

    expect(await readdir(at('etc'))).toEqual(['.environmental']);
  });
});

describe('attacks', () => {
  const untouched = async (): Promise<void> => {
    expect(await readFile(at('secret'), 'utf8')).toBe('root alone');
  };
  beforeEach(() => writeFile(at('secret'), 'root alone'));

  it('a link in the place of the file is neither read nor written through', async () => {
    await symlink(at('secret'), at('etc/environment'));
    const files = createGuardedFiles(root);

    await expect(files.readFile(at('etc/environment'))).rejects.toThrow(/is a link/);
    await expect(files.writeFile(at('etc/environment'), text('x'))).rejects.toThrow(/is a link/);
    expect(await files.attributes(at('etc/environment'))).toMatchObject({ plain: false });
    await untouched();
  });

  it('a link in the place of a directory leads nowhere', async () => {
    await mkdir(at('elsewhere'));
    await symlink(at('elsewhere'), at('etc/systemd'));
    const files = createGuardedFiles(root);

    for (const path of ['etc/systemd/file', 'etc/systemd/deeper/file'])
      await expect(files.writeFile(at(path), text('x'))).rejects.toThrow(/link or no directory/);
    await expect(files.makeDirectory(at('etc/systemd/system'))).rejects.toThrow(/link or no directory/);
    expect(await readdir(at('elsewhere'))).toEqual([]);
  });

  it.each([0o775, 0o777, 0o1777])('a directory of mode %o is left alone', async (mode) => {
    await chmod(at('etc'), mode);
    const files = createGuardedFiles(root);

    await expect(files.writeFile(at('etc/environment'), text('x'))).rejects.toThrow(
      /can be written by others/,
    );
    await expect(files.removeFile(at('etc/environment'))).rejects.toThrow(/can be written by others/);
    expect(await readdir(at('etc'))).toEqual([]);
  });

  it.skipIf(!isRoot)('a directory of somebody else is left alone', async () => {
    await chown(at('etc'), SOMEBODY.uid, SOMEBODY.gid);

    await expect(createGuardedFiles(root).writeFile(at('etc/environment'), text('x'))).rejects.toThrow(
      /belongs to uid 4242/,
    );
    expect(await readdir(at('etc'))).toEqual([]);
  });

  it('a path that goes up, or lies elsewhere, is refused', async () => {
    const files = createGuardedFiles(at('etc'));

    await expect(files.writeFile(`${root}/etc/deeper/../../secret`, text('x'))).rejects.toThrow(/goes up/);
    await expect(files.readFile('/root/anything')).rejects.toThrow(/does not lie below/);
    await untouched();
  });

  it('a directory that is swapped for a link between check and use changes nothing elsewhere', async () => {
    await mkdir(at('elsewhere'));
    let swapped = false;
    const files = createGuardedFiles(root, {
      ...real,
      async open(path, flags, mode) {
        // The temporary file is made last: by then the directory was checked.
        if (path.endsWith('.tmp') && !swapped) {
          swapped = true;
          await rename(at('etc'), at('moved'));
          await symlink(at('elsewhere'), at('etc'));
        }
        return open(path, flags, mode);
      },
    });

    await files.writeFile(at('etc/environment'), text('ours'));

    expect(swapped).toBe(true);
    expect(await readdir(at('elsewhere'))).toEqual([]);
    expect(await readFile(at('moved/environment'), 'utf8')).toBe('ours');
  });

  it('a second name of somebody else’s file keeps its content', async () => {
    await link(at('secret'), at('etc/environment'));

    await createGuardedFiles(root).writeFile(at('etc/environment'), text('ours'));

    await untouched();
    expect((await lstat(at('secret'))).nlink).toBe(1);
  });
});

const real: GuardedCalls = {
  ...{ open, lstat, rename, unlink, rmdir, readdir },
  mkdir: (path, mode) => mkdir(path, { mode }),
};

describe('loss of power', () => {
  it('bytes are on disk before the name, and the name before the call returns', async () => {
    const order: string[] = [];
    const name = (path: string): string => (path.endsWith('.tmp') ? 'temporary' : 'directory');
    const files = createGuardedFiles(root, {
      ...real,
      async open(path, flags, mode) {
        const handle = await open(path, flags, mode);
        const told = name(path);
        return new Proxy(handle, {
          get(target, key: keyof typeof handle) {
            const value = (target as unknown as Record<string | symbol, unknown>)[key];
            if (typeof value !== 'function') return value;
            if (key === 'sync' || key === 'writeFile') order.push(`${key} ${told}`);
            return value.bind(target) as unknown;
          },
        });
      },
      async rename(from, to) {
        order.push('rename');
        await rename(from, to);
      },
    });

    await files.writeFile(at('etc/environment'), text('x'));

    expect(order).toEqual(['writeFile temporary', 'sync temporary', 'rename', 'sync directory']);
  });

  it.each(['writeFile', 'sync', 'rename'] as const)(
    'a %s that fails leaves the file as it was',
    async (call) => {
      await writeFile(at('etc/environment'), 'before');
      const fail = (): never => {
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      };
      const files = createGuardedFiles(root, {
        ...real,
        async open(path, flags, mode) {
          const handle = await open(path, flags, mode);
          if (!path.endsWith('.tmp') || call === 'rename') return handle;
          return new Proxy(handle, {
            get(target, key: keyof typeof handle) {
              if (key === call) return fail;
              const value = (target as unknown as Record<string | symbol, unknown>)[key];
              return typeof value === 'function' ? (value.bind(target) as unknown) : value;
            },
          });
        },
        rename: (from, to) => (call === 'rename' ? fail() : rename(from, to)),
      });

      await expect(files.writeFile(at('etc/environment'), text('after'))).rejects.toThrow('ENOSPC');

      expect(await readFile(at('etc/environment'), 'utf8')).toBe('before');
      expect(await readdir(at('etc'))).toEqual(['environment']);
    },
  );
});
