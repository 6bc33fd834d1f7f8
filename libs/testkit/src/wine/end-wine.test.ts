import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { endWine } from './end-wine.ts';
import { QUIET } from './namespace.ts';

const directory = mkdtempSync(join(tmpdir(), 'trustfleet-end-wine-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
const end = (prefix: string): Promise<void> => endWine({ ...QUIET, HOME: directory, WINEPREFIX: prefix });

it('has nothing to do where none runs, nor where there is no prefix', async () => {
  await end(directory);
  await end(join(directory, 'none'));
});

it('does not take another failure for that', async () => {
  await expect(end('relative')).rejects.toMatchObject({
    cmd: expect.stringMatching(/ -k$/) as string,
    stderr: expect.stringContaining('not an absolute path') as string,
  });
});
