import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createHost } from '@trustfleet/host';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withTiedPrograms } from './tied-programs.ts';
import { toolAtRest } from './tool-at-rest.ts';

const MAIN = fileURLToPath(new URL('./testing/tied-main.ts', import.meta.url));
let directory: string;
let tool: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
  tool = join(directory, 'tool');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const argv = (...args: string[]): string[] => ['--conditions=@trustfleet/source', MAIN, ...args];
const makeTool = async (text: string): Promise<void> => {
  await writeFile(tool, text);
  await chmod(tool, 0o755);
};

it('hands on how a program ended', async () => {
  await makeTool('#!/bin/sh\nexit 7\n');

  const { stdout } = await promisify(execFile)(process.execPath, argv(tool));

  expect(JSON.parse(stdout)).toEqual({ state: 'exited', exitCode: 7 });
});

it.runIf(process.geteuid?.() === 0)(
  'a killed agent takes the tool and all that the tool started along',
  async () => {
    const inner = join(directory, 'inner');
    await writeFile(inner, '#!/bin/sh\ntouch "$1"\nread line < "$2"\n');
    await chmod(inner, 0o755);
    await promisify(execFile)('/usr/bin/mkfifo', [join(directory, 'fifo')]);
    await makeTool(`#!/bin/sh\n${inner} ${directory}/started ${directory}/fifo\ntrue\n`);
    const agent = spawn(process.execPath, argv(tool), { stdio: 'ignore' });
    await vi.waitFor(() => readFile(join(directory, 'started')), { timeout: 20_000 });

    agent.kill('SIGKILL');

    await toolAtRest(createHost(), tool, AbortSignal.timeout(20_000));
    await toolAtRest(createHost(), inner, AbortSignal.timeout(20_000));
  },
);

it.runIf(process.geteuid?.() === 0)('runs a program as another account', async () => {
  const result = await withTiedPrograms(createHost()).runProgram({
    argv: ['/usr/bin/id', '-u'],
    env: {},
    timeoutMs: 20_000,
    runAs: { uid: 12_345, gid: 12_345 },
  });

  expect([result.state, Buffer.from(result.stdout).toString('utf8').trim()]).toEqual(['exited', '12345']);
});
