import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identifyApart } from './identify-apart.ts';
import { identify } from './identify.ts';
import { IS_ROOT, makePlace, NOBODY } from './testing/place.ts';

const place = makePlace();
const at = (name: string): string => join(place.path, name);

beforeAll(() => {
  writeFileSync(at('한글 file\n'), 'hello');
  mkdirSync(at('closed'));
  writeFileSync(at('closed/file'), 'x');
  symlinkSync('한글 file\n', at('link'));
  symlinkSync('nowhere', at('broken'));
  chmodSync(at('closed'), 0o700);
});
afterAll(() => {
  place.remove();
});

describe('a look in a child', () => {
  it.each(['한글 file\n', 'link', 'closed', 'broken', 'gone'])(
    'at %j sees what one in this process sees',
    async (name) => {
      const [here] = await identify([at(name)]);
      const apart = await identifyApart(at(name));

      if (here === null || here === undefined || apart === null || apart === 'noAnswer')
        expect(apart).toBe(here);
      else expect({ ...apart, identity: '' }).toEqual({ ...here, settled: false, identity: '' });
    },
  );

  it('tells a changed file from the one before', async () => {
    const before = await identifyApart(at('link'));
    expect(await identifyApart(at('link'))).toEqual(before);
    utimesSync(at('한글 file\n'), 1, 1);

    expect(await identifyApart(at('link'))).not.toEqual(before);
  });

  it.skipIf(!IS_ROOT)('is one of the account that it is for (needs root)', async () => {
    expect(await identifyApart(at('closed/file'), { asUser: NOBODY })).toBeNull();
    expect(await identifyApart(at('closed/file'))).toMatchObject({ kind: 'file' });
  });

  it('is given up when there is no time for it', async () => {
    expect(await identifyApart(at('link'), { timeoutMs: 0 })).toBe('noAnswer');
  });
});
