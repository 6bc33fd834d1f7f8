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
