import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProcesses } from './running-processes.ts';

describe('readProcesses', () => {
  it('finds a program by its own name, with its account and when it began', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'trustfleet-processes-'));
    const program = join(directory, 'maya.bin (2)');
    await copyFile('/usr/bin/sleep', program);
    const before = Date.now();
    const child = spawn(program, ['60'], { stdio: 'ignore' });
    try {
      await new Promise((resolve) => child.once('spawn', resolve));
      const { uid, username } = userInfo();

      const found = (await readProcesses(new Map([[uid, username]]))).find(({ pid }) => pid === child.pid);

      expect(found).toMatchObject({ name: 'maya.bin (2)', account: username });
      // Times of processes count from the start of the machine, which is told in whole seconds.
      expect(Math.abs(found!.startedAt.getTime() - before)).toBeLessThan(60_000);
      const own = (await readProcesses(new Map())).find(({ pid }) => pid === process.pid);
      expect(own!.startedAt.getTime()).toBeLessThanOrEqual(found!.startedAt.getTime());
      expect(own!.account).toBe(String(uid));
    } finally {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    }
  });
});
