import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@trustfleet/host';
import { expect, it } from 'vitest';
import { toolAtRest } from './tool-at-rest.ts';

it('waits for a script that somebody runs, by its own path, and no longer', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
  const tool = join(directory, 'update-something');
  await writeFile(tool, '#!/bin/sh -e\nread line\n');
  await chmod(tool, 0o755);
  const child = spawn(tool, { stdio: ['pipe', 'ignore', 'ignore'] });
  await new Promise((resolve) => child.once('spawn', resolve));

  await expect(toolAtRest(createHost(), tool, AbortSignal.timeout(700))).rejects.toThrow(
    `${tool} is still running (process ${child.pid ?? ''})`,
  );
  child.stdin.end('\n');
  await toolAtRest(createHost(), tool, AbortSignal.timeout(20_000));

  expect(child.killed).toBe(false);
  await rm(directory, { recursive: true });
});

it('waits for nobody who only calls a process so: another account could hold up every change for ever', async () => {
  const tool = '/usr/sbin/update-something';
  const host = createHost();
  const files = new Map([
    ['/proc/4711/cmdline', `${tool}\0for\0ever\0`],
    ['/proc/4711/status', `Name:\tsleep\nUid:\t1\t${host.uid + 1}\t1\t1\n`],
  ]);
  const pretending = {
    uid: host.uid,
    listDirectory: () =>
      Promise.resolve({
        state: 'listed',
        entries: [{ name: '4711', kind: 'directory' }],
        more: false,
      } as never),
    readFile: (path: string) =>
      Promise.resolve({ state: 'read', bytes: Buffer.from(files.get(path) ?? '') } as never),
  };

  await toolAtRest(pretending, tool, AbortSignal.timeout(700));
  files.set('/proc/4711/status', `Uid:\t1\t${host.uid}\t1\t1\n`);
  await expect(toolAtRest(pretending, tool, AbortSignal.timeout(700))).rejects.toThrow(/process 4711/);
});
