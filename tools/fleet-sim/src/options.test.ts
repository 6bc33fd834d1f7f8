import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOptions, requireLoopback, UsageError } from './options.ts';

describe('the command line', () => {
  it('has defaults', () => {
    expect(readOptions(['--token', 'tf1.x'], {})).toEqual({
      ...{ token: 'tf1.x', server: null, agents: 10, seconds: 60 },
      ...{ profile: 'idle', permits: [], allowRemote: false },
    });
    expect(readOptions([], { TRUSTFLEET_SIM_TOKEN: 'tf1.y' }).token).toBe('tf1.y');
  });

  it.each([
    [[], /--token/],
    [['--token', 'x', '--agents', '0'], /--agents .* 1 to 5000/],
    [['--token', 'x', '--agents', '5001'], /--agents .* 1 to 5000/],
    [['--token', 'x', '--seconds', 'ever'], /--seconds .* 1 to 3600/],
    [['--token', 'x', '--profile', 'loud'], /--profile is one of idle/],
    [['--token', 'x', '--nonsense'], /nonsense/],
  ])('%j is refused with what is wrong', (args, words) => {
    expect(() => readOptions(args, {})).toThrow(UsageError);
    expect(() => readOptions(args, {})).toThrow(words);
  });

  it.each([
    ['https://127.0.0.1:4601', true],
    ['https://[::1]:4601', true],
    ['https://localhost:4601', true],
    ['https://127.0.0.1.example:4601', false],
    ['https://192.168.1.10:4601', false],
    ['https://trustfleet.studio.example', false],
    ['http://127.0.0.1:4601', false],
    ['nonsense', false],
  ])('%s is a server of this machine: %s', (address, fine) => {
    const check = () => {
      requireLoopback(address, false);
    };
    if (fine) expect(check).not.toThrow();
    else expect(check).toThrow(UsageError);
  });

  it('lets a person mean another machine', () => {
    expect(() => {
      requireLoopback('https://trustfleet.studio.example', true);
    }).not.toThrow();
  });

  it('is explained, with status 2, when it cannot be used', () => {
    const program = path.join(import.meta.dirname, '../fleet-sim.mjs');
    const result = spawnSync(process.execPath, [program, '--agents', '3'], {
      encoding: 'utf8',
      timeout: 25_000,
      env: { ...process.env, TRUSTFLEET_SIM_TOKEN: '' },
    });

    expect(result.stderr).toContain('--token TOKEN');
    expect(result.status).toBe(2);
  });
});
