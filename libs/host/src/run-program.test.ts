import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from './index.ts';
import { IS_ROOT, makePlace, NOBODY } from './testing/place.ts';

const place = makePlace();
afterAll(() => {
  place.remove();
});
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const base = { env: {}, timeoutMs: 10_000 };

describe('runProgram', () => {
  it('hands arguments over as they are, without a shell', async () => {
    const result = await runProgram({ ...base, argv: ['/usr/bin/printf', '%s', '$(id); `id` "x" *'] });
    expect(result).toMatchObject({ state: 'exited', exitCode: 0, reason: null });
    expect(text(result.stdout)).toBe('$(id); `id` "x" *');
  });

  it('gives the child only the environment it was given, / as cwd and no stdin', async () => {
    process.env['TRUSTFLEET_TEST_SECRET'] = 'must not travel';
    const env = await runProgram({ ...base, argv: ['/usr/bin/env'], env: { ONLY: 'this' } });
    delete process.env['TRUSTFLEET_TEST_SECRET'];
    expect(text(env.stdout)).toBe('ONLY=this\n');
    expect(text((await runProgram({ ...base, argv: ['/bin/pwd'] })).stdout)).toBe('/\n');
    expect(text((await runProgram({ ...base, argv: ['/bin/cat'] })).stdout)).toBe('');
  });

  it('says why a program was not started', async () => {
    expect(await runProgram({ ...base, argv: ['env'] })).toMatchObject({
      state: 'notStarted',
      reason: expect.stringContaining('absolute path') as string,
    });
    expect(await runProgram({ ...base, argv: ['/nonexistent/tool'] })).toMatchObject({
      state: 'notStarted',
      reason: expect.stringContaining('/nonexistent/tool') as string,
    });
    expect(await runProgram({ ...base, argv: ['/bin/true', 'a\0b'] })).toMatchObject({ state: 'notStarted' });
    expect(await runProgram({ ...base, argv: ['/bin/true'], signal: AbortSignal.abort() })).toMatchObject({
      state: 'notStarted',
    });
  });

  it('reports an exit code and a signal', async () => {
    expect(await runProgram({ ...base, argv: ['/bin/sh', '-c', 'echo no >&2; exit 7'] })).toMatchObject({
      state: 'exited',
      exitCode: 7,
    });
    expect(await runProgram({ ...base, argv: ['/bin/sh', '-c', 'kill -9 $$'] })).toMatchObject({
      state: 'signalled',
      signal: 'SIGKILL',
    });
  });

  it('kills the whole process group of a program that hangs, its children included', async () => {
    const result = await runProgram({
      ...base,
      argv: ['/bin/sh', '-c', 'sleep 300 & echo $!; wait'],
      env: { PATH: '/usr/bin:/bin' },
      timeoutMs: 500,
    });
    expect(result.state).toBe('timedOut');
    const child = Number(text(result.stdout));
    expect(child).toBeGreaterThan(1);
    await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false);
  });

  it('returns though a child that left the group holds the pipe open', async () => {
    const result = await runProgram({
      ...base,
      argv: ['/bin/sh', '-c', 'setsid sleep 6 & echo done'],
      env: { PATH: '/usr/bin:/bin' },
    });
    expect(result).toMatchObject({ state: 'exited', exitCode: 0 });
    expect(text(result.stdout)).toBe('done\n');
  });

  it('kills a program that floods and keeps what fits', async () => {
    for (const argv of [['/usr/bin/yes'], ['/bin/sh', '-c', 'exec yes >&2']] as const) {
      const result = await runProgram({
        ...base,
        argv,
        env: { PATH: '/usr/bin:/bin' },
        maxOutputBytes: 65_536,
      });
      expect(result).toMatchObject({
        state: 'outputTooLarge',
        reason: expect.stringContaining('65536 bytes') as string,
      });
      expect(result.stdout.length + result.stderr.length).toBe(65_536);
    }
  });

  it('hands over an input, and ends stdin when the program has to stop: one that heeds it may end by itself', async () => {
    const result = await runProgram({
      ...base,
      argv: ['/bin/sh', '-c', 'read first; echo "$first"; read second; echo "no more: $?"'],
      input: 'hello\n',
      timeoutMs: 500,
      graceMs: 60_000,
    });
    expect(result).toMatchObject({ state: 'timedOut', exitCode: 0 });
    expect(text(result.stdout)).toBe('hello\nno more: 1\n');
  });

  it('kills after the grace a program that does not heed the end of its stdin', async () => {
    const result = await runProgram({
      ...base,
      argv: ['/bin/sh', '-c', 'read first; exec sleep 300'],
      env: { PATH: '/usr/bin:/bin' },
      input: 'hello\n',
      timeoutMs: 200,
      graceMs: 200,
    });
    expect(result).toMatchObject({ state: 'timedOut', signal: 'SIGKILL' });
  });

  it('bears a program that reads nothing of its input', async () => {
    const input = 'x'.repeat(1024 * 1024);
    expect(await runProgram({ ...base, argv: ['/bin/true'], input })).toMatchObject({
      state: 'exited',
      exitCode: 0,
    });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const running = runProgram({ ...base, argv: ['/bin/sleep', '300'], signal: stop.signal });
    stop.abort();
    expect(await running).toMatchObject({ state: 'signalled' });
  });

  it.skipIf(!IS_ROOT)('drops all rights for good when it runs as another account (needs root)', async () => {
    const status = await runProgram({ ...base, argv: ['/bin/cat', '/proc/self/status'], runAs: NOBODY });
    expect(text(status.stdout)).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(text(status.stdout)).toMatch(/^Gid:\t65534\t65534\t65534\t65534$/m);
    expect(text(status.stdout)).toMatch(/^Groups:\s*$/m);
    // The agent's state directory is 0700; its neutral directory inside still serves as cwd.
    mkdirSync(join(place.path, 'closed/neutral'), { recursive: true });
    chmodSync(join(place.path, 'closed'), 0o700);
    const inside = await runProgram({
      ...base,
      argv: ['/bin/pwd'],
      cwd: join(place.path, 'closed/neutral'),
      runAs: NOBODY,
    });
    expect(text(inside.stdout)).toBe(`${join(place.path, 'closed/neutral')}\n`);
    const target = join(place.path, 'written-by-nobody');
    const write = await runProgram({ ...base, argv: ['/bin/sh', '-c', `echo x > ${target}`], runAs: NOBODY });
    expect(write.exitCode).not.toBe(0);
    expect(existsSync(target)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
    return false;
  }
}
