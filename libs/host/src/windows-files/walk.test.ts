import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findFiles } from '../find.ts';
import { makePlace } from '../testing/place.ts';
import type { FileSearch } from '../types.ts';
import { namePattern } from './name-pattern.ts';
import { walkFiles } from './walk.ts';

const place = makePlace();
afterAll(() => {
  place.remove();
});
const root = join(place.path, 'tree');
for (const path of [
  'pyvenv.cfg',
  'a/pyvenv.cfg',
  'a/b/pyvenv.cfg',
  'a/b/c/pyvenv.cfg',
  'a/node_modules/x/pyvenv.cfg',
  'b/cacerts',
  'b/cert9.db',
  'b/cert8.db',
  'pyvenv.cfg.d/cacerts',
]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
}
symlinkSync(join(root, 'a'), join(root, 'linked'));
symlinkSync(join(root, 'pyvenv.cfg'), join(root, 'b/pyvenv.cfg'));

const search = (change: Partial<FileSearch> = {}): FileSearch => ({
  ...{ root, names: ['pyvenv.cfg'], maxDepth: 6, prune: [], limit: 100, timeoutMs: 20_000 },
  ...change,
});

describe('walkFiles', () => {
  it.each([
    search(),
    search({ maxDepth: 1 }),
    search({ maxDepth: 3 }),
    search({ prune: ['node_modules', 'c'] }),
    search({ names: ['cacerts', 'cert[0-9].db'] }),
    search({ names: ['cert?.db', '*.cfg'] }),
    search({ names: ['cert[!9].db'] }),
    search({ names: [], prune: ['*'] }),
    search({ root: join(root, 'not-there') }),
  ])('finds what find(1) finds: %j', async (wanted) => {
    const found = await walkFiles(wanted);

    // find(1) has no expression of no names.
    expect(found.paths).toEqual(wanted.names.length === 0 ? [] : (await findFiles(wanted)).paths);
    expect(found).toMatchObject({ complete: true, detail: null });
  });

  it('says when a limit ended it', async () => {
    expect(await walkFiles(search({ limit: 2 }))).toMatchObject({
      complete: false,
      detail: `more than 2 files below ${root}`,
    });
    expect((await walkFiles(search({ limit: 2 }))).paths).toHaveLength(2);
    expect(await walkFiles(search({ timeoutMs: -1 }))).toMatchObject({ complete: false });
    expect(await walkFiles(search({ root: 'relative' }))).toMatchObject({ complete: false, paths: [] });
  });
});

describe('namePattern', () => {
  it('takes letters of either case, and nothing else for a dot', () => {
    expect(namePattern('Cert9.DB')('cert9.db')).toBe(true);
    expect(namePattern('cert9.db')('cert9xdb')).toBe(false);
    expect(namePattern('a+(b)')('a+(b)')).toBe(true);
  });

  it('a name without signs of a pattern matches itself alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, other) => {
        fc.pre(!/[*?[\]\\]/.test(name) && name.toLowerCase() !== other.toLowerCase());
        expect(namePattern(name)(name)).toBe(true);
        expect(namePattern(name)(other)).toBe(false);
      }),
    );
  });
});
