import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFiles, findForeign, inspectPath } from './index.ts';
import { IS_ROOT, makePlace, NOBODY } from './testing/place.ts';

const place = makePlace();
const at = (name: string): string => join(place.path, name);
const OTHER = 54321;

/** Ownership can only be arranged by root. */
describe.skipIf(!IS_ROOT)('who can change what a path leads to (needs root)', () => {
  beforeAll(() => {
    for (const name of ['root/deep/deeper', 'user', 'group', 'sticky', 'linked'])
      mkdirSync(at(name), { recursive: true });
    for (const name of ['root/deep/deeper/file', 'user/file', 'group/file', 'sticky/file', 'linked/file'])
      writeFileSync(at(name), 'x');
    chownSync(at('user'), NOBODY.uid, NOBODY.gid);
    chmodSync(at('group'), 0o775);
    chmodSync(at('sticky'), 0o1777);
    symlinkSync('../user/file', at('root/link-to-user'));
    symlinkSync(at('root/deep'), at('root/link-inside'));
    symlinkSync(at('user/not-there'), at('root/dangling-into-user'));
    symlinkSync('self', at('self'));
  });
  afterAll(() => {
    place.remove();
  });

  it.each([
    [
      'root/deep/deeper/file',
      { state: 'resolved', owners: [], writable: null, openToAll: true, directory: false },
    ],
    ['root/deep', { state: 'resolved', owners: [], writable: null, directory: true }],
    ['user/file', { state: 'resolved', owners: [NOBODY.uid], writable: null }],
    [
      'root/link-to-user',
      { state: 'resolved', owners: [NOBODY.uid], realPath: join(place.path, 'user/file') },
    ],
    ['root/link-inside/deeper', { state: 'resolved', owners: [], writable: null }],
    ['root/deep/../../user/file', { state: 'resolved', owners: [NOBODY.uid] }],
    ['group/file', { state: 'resolved', writable: join(place.path, 'group') }],
    ['sticky/file', { state: 'resolved', writable: join(place.path, 'sticky') }],
    ['root/dangling-into-user', { state: 'missing', owners: [NOBODY.uid], realPath: null }],
    ['missing', { state: 'missing', owners: [], writable: null }],
    ['self', { state: 'unreadable' }],
  ] as const)('%s', async (name, expected) => {
    expect(await inspectPath(at(name))).toMatchObject(expected);
  });

  it('finds one foreign or writable file deep inside, and follows links out', async () => {
    const search = (name: string, owners: number[] = []) =>
      findForeign({ directory: at(name), owners, timeoutMs: 10_000 });
    expect(await search('root/deep')).toMatchObject({ state: 'clean' });
    expect(await search('user')).toMatchObject({ state: 'foreign', path: at('user') });
    expect(await search('user', [NOBODY.uid])).toMatchObject({ state: 'clean' });
    expect(await search('root')).toMatchObject({ state: 'foreign' });
    chownSync(at('root/deep/deeper/file'), OTHER, OTHER);
    expect(await search('root/deep')).toMatchObject({ state: 'foreign', path: at('root/deep/deeper/file') });
    chownSync(at('root/deep/deeper/file'), 0, 0);
    chmodSync(at('root/deep/deeper/file'), 0o666);
    expect(await search('root/deep')).toMatchObject({ state: 'foreign', path: at('root/deep/deeper/file') });
    chmodSync(at('root/deep/deeper/file'), 0o644);
    symlinkSync(at('linked'), at('root/deep/out'));
    chmodSync(at('linked/file'), 0o666);
    expect(await search('root/deep')).toMatchObject({ state: 'foreign', path: at('linked/file') });
    expect(await search('missing')).toMatchObject({ state: 'unknown' });
  });
});

describe('findFiles', () => {
  const top = makePlace();
  const below = (name: string): string => join(top.path, name);
  afterAll(() => {
    top.remove();
  });

  it('finds by name within depth, prune and count, without following links', async () => {
    for (const name of ['a/venv', 'node_modules/venv', 'a/b/c/d/venv']) {
      mkdirSync(below(name), { recursive: true });
      writeFileSync(join(below(name), 'pyvenv.cfg'), '');
    }
    symlinkSync(top.path, below('a/loop'));
    const search = {
      root: top.path,
      names: ['pyvenv.cfg'],
      prune: ['node_modules'],
      maxDepth: 4,
      limit: 10,
      timeoutMs: 10_000,
    };
    expect(await findFiles(search)).toEqual({
      paths: [below('a/venv/pyvenv.cfg')],
      complete: true,
      detail: null,
    });
    const deep = await findFiles({ ...search, maxDepth: 9 });
    expect(deep.paths).toEqual([below('a/b/c/d/venv/pyvenv.cfg'), below('a/venv/pyvenv.cfg')]);
    expect(await findFiles({ ...search, maxDepth: 9, limit: 1 })).toMatchObject({
      complete: false,
      paths: { length: 1 },
    });
    expect(await findFiles({ ...search, root: below('missing') })).toMatchObject({ paths: [] });
  });
});
