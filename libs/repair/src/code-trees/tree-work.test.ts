import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askTreeProcess, readTreeProcess } from './tree-process.ts';
import { doTreeWork } from './tree-work.ts';
import { digestOfTree, packTree, unpackTree } from './tree.ts';

const TOKEN = '0123456789abcdef';
let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'trustfleet-tree-'));
  mkdirSync(join(base, 'code/lib'), { recursive: true, mode: 0o755 });
  mkdirSync(join(base, 'code/__pycache__'), { mode: 0o777 });
  writeFileSync(join(base, 'code/a.py'), 'a = 1\n', { mode: 0o640 });
  writeFileSync(join(base, 'code/lib/b.py'), 'b = 1\n', { mode: 0o644 });
  symlinkSync('a.py', join(base, 'code/link.py'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const read = () => doTreeWork({ do: 'read', base, names: ['code'] }).tree!;

describe('a tree', () => {
  it('comes back out of what a journal keeps of it, whatever took its place', () => {
    const before = read();
    const kept = unpackTree(packTree(before));
    expect(before.entries.map(({ path }) => path)).not.toContain('code/__pycache__');
    rmSync(join(base, 'code'), { recursive: true });
    writeFileSync(join(base, 'code'), 'a file now');

    doTreeWork({ do: 'place', base, name: 'code', token: TOKEN, tree: kept });

    expect(digestOfTree(read())).toBe(digestOfTree(before));
    expect(read().entries).toEqual(before.entries);
    expect(readdirSync(base)).toEqual(['code']);
  });

  it('is not read where others can write it', () => {
    chmodSync(join(base, 'code/lib'), 0o777);
    expect(read).toThrow(/can be written by its group or by others/);
  });

  it.each(['code/../../evil', 'other/x', 'code//x'])('is not placed by the path %s', (path) => {
    const entries = [{ kind: 'file' as const, path, mode: 0o644, modified: 0, content: '' }];
    expect(() =>
      doTreeWork({ do: 'place', base, name: 'code', token: TOKEN, tree: { entries, owner: null } }),
    ).toThrow(/no path below code/);
    expect(readdirSync(base)).toEqual(['code']);
  });
});

describe.skipIf(process.getuid?.() !== 0)('the folder of a job', () => {
  it('is removed, and not what somebody else made by its name', () => {
    const token = randomBytes(8).toString('hex');
    const { folder = '' } = doTreeWork({ do: 'makeFolder', token, files: [{ name: 'x', content: '' }] });
    doTreeWork({ do: 'removeFolder', token });
    expect(existsSync(folder)).toBe(false);

    mkdirSync(join(folder, 'theirs'), { recursive: true });
    chownSync(folder, 4242, 4242);
    doTreeWork({ do: 'removeFolder', token });
    expect(readdirSync(folder)).toEqual(['theirs']);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(process.getuid?.() !== 0)('a process that works as another account', () => {
  const ask = (request: Parameters<typeof askTreeProcess>[1]) => {
    const script = `import { treeProcess } from ${JSON.stringify(new URL('./tree-process.ts', import.meta.url).href)}; process.stdout.write(treeProcess(process.argv[1]) + String(process.geteuid()).padStart(6))`;
    const line = askTreeProcess({ uid: 65534, gid: 65534 }, request).trim();
    const argv = ['--conditions=@trustfleet/source', '--input-type=module', '-e', script, line];
    const said = execFileSync(process.execPath, argv, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(said.slice(-6).trim()).toBe('65534');
    return readTreeProcess(said.slice(0, -6));
  };

  it('has none of root’s rights', () => {
    chmodSync(base, 0o700);
    expect(() => ask({ do: 'list', base })).toThrow(/EACCES/);
    chmodSync(base, 0o755);
    expect(ask({ do: 'list', base })).toEqual({ names: ['code'] });
    expect(() => ask({ do: 'remove', base, name: 'code', token: TOKEN })).toThrow(/EACCES/);
    expect(() => ask({ do: 'read', base, names: ['code'] })).toThrow(/belongs to uid 0/);
  });
});
