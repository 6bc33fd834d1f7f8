import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHost } from '../host.ts';
import { createFilesAs } from './files-as.ts';

const ARTIST = { uid: 4242, gid: 4242 };
// Taking somebody's identity is root's alone; CI runs as root.
const isRoot = process.geteuid?.() === 0;

let directory: string;
let home: string;
const files = createFilesAs(createHost(), ARTIST);
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-as-'));
  await chmod(directory, 0o755);
  home = join(directory, 'home');
  await mkdir(home);
  await chown(home, ARTIST.uid, ARTIST.gid);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe.skipIf(!isRoot)('files of an account', () => {
  it('are made, replaced and removed with that account’s rights', async () => {
    const path = join(home, '.config/environment.d/zz.conf');
    const bytes = Uint8Array.from([0x41, 0xff, 0x00, 0x0a]);

    expect(await files.makeDirectory(join(home, '.config/environment.d'))).toEqual([
      join(home, '.config'),
      join(home, '.config/environment.d'),
    ]);
    await files.writeFile(path, Buffer.from('first'));
    await files.writeFile(path, bytes);

    expect(Uint8Array.from(await readFile(path))).toEqual(bytes);
    expect(await files.readFile(path)).toEqual(Buffer.from(bytes));
    expect(await files.attributes(path)).toEqual({ plain: true, mode: 0o644, ...ARTIST });
    expect((await stat(join(home, '.config'))).uid).toBe(ARTIST.uid);
    expect(await readdir(join(home, '.config/environment.d'))).toEqual(['zz.conf']);
    await files.removeFile(path);
    await files.removeFile(path);
    await files.removeEmptyDirectory(join(home, '.config/environment.d'));
    await files.removeEmptyDirectory(join(home, '.config'));
    expect(await readdir(home)).toEqual([]);
    expect(await files.readFile(path)).toBeNull();
  });

  it('may be empty', async () => {
    await files.writeFile(join(home, 'empty.conf'), Buffer.from('no longer'));
    await files.writeFile(join(home, 'empty.conf'), new Uint8Array());
    expect(await readFile(join(home, 'empty.conf'), 'utf8')).toBe('');
    expect(await readdir(home)).toEqual(['empty.conf']);
  });

  it('a directory that is a link to root’s leads nowhere', async () => {
    const etc = join(directory, 'etc');
    await mkdir(etc);
    await writeFile(join(etc, 'environment'), 'root alone');
    await symlink(etc, join(home, '.config'));

    await expect(files.writeFile(join(home, '.config/environment'), Buffer.from('x'))).rejects.toThrow(
      /As uid 4242: .*Permission denied/,
    );
    await expect(files.makeDirectory(join(home, '.config/environment.d'))).rejects.toThrow(
      /Permission denied/,
    );
    await expect(files.removeFile(join(home, '.config/environment'))).rejects.toThrow(/Permission denied/);
    expect(await readdir(etc)).toEqual(['environment']);
    expect(await readFile(join(etc, 'environment'), 'utf8')).toBe('root alone');
  });

  it('a file that root alone may read is not read', async () => {
    await writeFile(join(directory, 'secret'), 'root alone', { mode: 0o600 });
    await symlink(join(directory, 'secret'), join(home, 'link'));

    await expect(files.readFile(join(home, 'link'))).rejects.toThrow(/may not be read/);
    expect(await files.attributes(join(home, 'link'))).toMatchObject({ plain: false });
  });

  it('what a write that was killed left is swept', async () => {
    await writeFile(join(home, '.zz.conf.0123456789abcdef.tmp'), 'half');
    await files.sweep(join(home, 'zz.conf'));
    expect(await readdir(home)).toEqual([]);
  });
});
