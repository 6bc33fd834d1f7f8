import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareWine, type WineLab } from './index.ts';

const LIMIT = { timeoutMs: 60_000 };
vi.setConfig({ testTimeout: 150_000 });
let wine: WineLab;
beforeAll(async () => {
  wine = await prepareWine();
}, 300_000);
afterAll(async () => {
  await wine.dispose();
  expect(existsSync(wine.prefix)).toBe(false);
});

function script(text: string): string {
  const path = join(wine.scratch, 'script.cjs');
  writeFileSync(path, text);
  return wine.toWindows(path);
}

it('runs Node for Windows with its output, its input and its exit code', async () => {
  const path = script(`
    console.log(process.platform, process.versions.node.split('.')[0], process.env.GREETING, process.argv[2], process.cwd());
    console.error('to stderr');
    process.stdin.on('data', (data) => console.log('read ' + data)).on('end', () => { process.exitCode = 7; });
  `);
  const cwd = join(wine.scratch, 'somewhere');
  mkdirSync(cwd);

  const result = await wine.run([wine.node, path, 'two words'], {
    ...LIMIT,
    cwd,
    env: { GREETING: 'hello' },
    input: 'from a file',
  });

  expect(result).toEqual({
    exitCode: 7,
    timedOut: false,
    stdout: `win32 22 hello two words ${wine.toWindows(cwd)}\nread from a file\n`,
    stderr: 'to stderr\n',
  });
});

it("sees neither this machine's bundle nor its home", async () => {
  const result = await wine.run(
    [
      wine.node,
      '-p',
      'JSON.stringify([require("fs").readdirSync("Z:/etc/ssl/certs"), require("os").homedir()])',
    ],
    LIMIT,
  );

  const [certificates, home] = JSON.parse(result.stdout) as [string[], string];
  expect(certificates).toEqual([]);
  expect(wine.toUnix(home).startsWith(join(wine.prefix, 'drive_c/users'))).toBe(true);
});

it('ends a program that takes too long, and one that is killed', async () => {
  const path = script('console.log("started"); setInterval(() => {}, 1000);');

  const late = await wine.run([wine.node, path], { timeoutMs: 3000 });
  expect(late).toMatchObject({ exitCode: null, timedOut: true });

  const started = wine.start([wine.node, path], LIMIT);
  await expect.poll(() => started.stdout(), { timeout: 30_000 }).toBe('started\n');
  expect(await started.kill()).toMatchObject({ exitCode: null, timedOut: false, stdout: 'started\n' });
});

it('maps paths of both drives', () => {
  for (const path of [
    '/',
    '/etc/hosts',
    join(wine.prefix, 'drive_c'),
    join(wine.prefix, 'drive_c/lab/node.exe'),
  ])
    expect(wine.toUnix(wine.toWindows(path))).toBe(path);
  expect(wine.toWindows(join(wine.prefix, 'drive_c/lab/node.exe'))).toBe(wine.node);
  expect(wine.toWindows('/etc/hosts')).toBe('Z:\\etc\\hosts');
  expect(() => wine.toUnix('D:\\x')).toThrow('D:');
  expect(readdirSync(wine.toUnix('C:\\lab')).toSorted()).toEqual(['koffi.node', 'node.exe']);
});

it('keeps what it writes to the registry away from the template', async () => {
  const added = await wine.run(
    ['reg', 'add', 'HKLM\\Software\\TrustfleetLab', '/v', 'mark', '/d', 'mine', '/f'],
    LIMIT,
  );
  expect(added.exitCode).toBe(0);

  const another = await prepareWine();
  try {
    const query = ['reg', 'query', 'HKLM\\Software\\TrustfleetLab'] as const;
    expect((await wine.run([...query], LIMIT)).stdout).toContain('mine');
    expect((await another.run([...query], LIMIT)).exitCode).toBe(1);
    expect(readFileSync(join(another.prefix, 'system.reg'), 'utf8')).not.toContain('TrustfleetLab');
  } finally {
    await another.dispose();
  }
});
