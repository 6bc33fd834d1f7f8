import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '..');

/** Files below a folder with what they import by relative path, both relative to src. */
function imports(folder: string): { file: string; target: string }[] {
  return readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .flatMap((name) => {
      const file = join(SRC, folder, name);
      return [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)].map((match) => ({
        file: relative(SRC, file),
        target: relative(SRC, resolve(dirname(file), match[1]!)),
      }));
    });
}

describe('dependencies inside the dashboard', () => {
  it('no feature imports another', () => {
    const featureOf = (path: string) => path.split('/')[1];

    expect(
      imports('features').filter(
        ({ file, target }) => target.startsWith('features/') && featureOf(file) !== featureOf(target),
      ),
    ).toEqual([]);
  });

  it('nothing imports a route', () => {
    expect(
      ['features', 'components', 'lib'].flatMap(imports).filter(({ target }) => target.startsWith('app/')),
    ).toEqual([]);
  });

  it('shared parts import no feature', () => {
    expect(
      ['components', 'lib'].flatMap(imports).filter(({ target }) => target.startsWith('features/')),
    ).toEqual([]);
  });

  it('only src/lib/data asks the API on the server', () => {
    const users = ['features', 'components', 'lib', 'app']
      .flatMap(imports)
      .filter(({ target }) => target === 'lib/data/transport.ts');

    expect(users.map(({ file }) => file)).toEqual(['lib/data/read.ts']);
  });
});
