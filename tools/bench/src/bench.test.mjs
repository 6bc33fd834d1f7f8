import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BENCHES, findBench } from './benches.mjs';

const RUNNER = path.join(import.meta.dirname, '../bench.mjs');

describe('the table', () => {
  it.each(Object.entries(BENCHES))('has a script and words for %s', (_name, bench) => {
    expect(existsSync(path.join(import.meta.dirname, bench.script))).toBe(true);
    expect(bench.what).not.toBe('');
    expect(Array.isArray(bench.builds)).toBe(true);
  });

  it('is asked by own names only', () => {
    expect(findBench('toString').problem).toContain('There is no bench "toString"');
  });
});

describe('npm run bench', () => {
  it.each([
    ['without a name', [], 'Name a bench.'],
    ['with a wrong name', ['gatewya'], 'There is no bench "gatewya".'],
  ])('%s lists what there is and ends with 2', (_what, args, words) => {
    const result = spawnSync(process.execPath, [RUNNER, ...args], { encoding: 'utf8', timeout: 20_000 });

    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(words);
    for (const name of Object.keys(BENCHES)) expect(result.stderr).toContain(name);
  });
});
