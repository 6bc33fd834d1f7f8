import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { atomicWriteFile, createHost, removeFile } from './index.ts';
import { makePlace } from './testing/place.ts';

const place = makePlace();
const at = (name: string): string => join(place.path, name);
afterAll(() => {
  place.remove();
});

describe('atomicWriteFile', () => {
  it('writes, replaces, sets the mode whatever the umask, and leaves no temporary file', async () => {
    mkdirSync(at('w'));
    await atomicWriteFile(at('w/file'), Buffer.from('one'));
    expect(statSync(at('w/file')).mode & 0o777).toBe(0o600);
    await atomicWriteFile(at('w/file'), Buffer.from('two'), { mode: 0o666 });
    expect(statSync(at('w/file')).mode & 0o777).toBe(0o666);
    expect(readFileSync(at('w/file'), 'utf8')).toBe('two');
    expect(readdirSync(at('w'))).toEqual(['file']);
  });

  it('replaces a link instead of writing through it', async () => {
    writeFileSync(at('target'), 'untouched');
    symlinkSync('target', at('link'));
    await atomicWriteFile(at('link'), Buffer.from('new'));
    expect(readFileSync(at('target'), 'utf8')).toBe('untouched');
    expect(readFileSync(at('link'), 'utf8')).toBe('new');
  });

  it('leaves nothing behind when it fails', async () => {
    mkdirSync(at('f/file'), { recursive: true });
    await expect(atomicWriteFile(at('f/file'), Buffer.from('x'))).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(at('f'))).toEqual(['file']);
    await expect(atomicWriteFile(at('missing/file'), Buffer.from('x'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await expect(atomicWriteFile('relative', Buffer.from('x'))).rejects.toThrow('absolute');
  });
});

describe('removeFile', () => {
  it('removes once and says so', async () => {
    writeFileSync(at('gone'), '');
    expect(await removeFile(at('gone'))).toBe(true);
    expect(await removeFile(at('gone'))).toBe(false);
  });
});

describe('isWritable', () => {
  it('is true of a directory of our own and false of what is missing', async () => {
    const host = createHost();
    expect(await host.isWritable(place.path)).toBe(true);
    expect(await host.isWritable(at('missing'))).toBe(false);
  });
});
