import { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { watchPaths, type Watch, type WatchOptions } from './index.ts';
import { makePlace } from './testing/place.ts';

const place = makePlace();
const at = (name: string): string => join(place.path, name);
let watch: Watch | null = null;
afterEach(() => {
  watch?.stop();
  watch = null;
});
afterAll(() => {
  place.remove();
});

async function watching(paths: readonly string[], more: Partial<WatchOptions> = {}): Promise<string[][]> {
  const seen: string[][] = [];
  watch = await watchPaths({
    paths,
    debounceMs: 50,
    onChange: (changed) => {
      seen.push([...changed]);
    },
    ...more,
  });
  return seen;
}

describe('watchPaths', () => {
  it('reports a file that is replaced, one that appears and a directory that gains an entry', async () => {
    mkdirSync(at('a/directory'), { recursive: true });
    writeFileSync(at('a/file'), 'one');
    const seen = await watching([at('a/file'), at('a/new'), at('a/directory')]);
    writeFileSync(at('a/.tmp'), 'two');
    renameSync(at('a/.tmp'), at('a/file'));
    await expect.poll(() => seen.flat(), { timeout: 10_000 }).toContain(at('a/file'));
    writeFileSync(at('a/new'), '');
    await expect.poll(() => seen.flat(), { timeout: 10_000 }).toContain(at('a/new'));
    writeFileSync(at('a/directory/entry'), '');
    // Its parent saw nothing: inotify tells of the directory itself only with its next event, the poll at the latest.
    writeFileSync(at('a/nudge'), '');
    await expect.poll(() => seen.flat(), { timeout: 10_000 }).toContain(at('a/directory'));
  });

  it('says nothing when another file of the directory changes', async () => {
    mkdirSync(at('b'));
    writeFileSync(at('b/file'), 'one');
    const seen = await watching([at('b/file'), at('b/last')]);
    writeFileSync(at('b/unrelated'), 'x');
    writeFileSync(at('b/last'), 'x');
    await expect.poll(() => seen.flat(), { timeout: 10_000 }).toEqual([at('b/last')]);
  });

  it('finds by polling what inotify does not tell: a directory that did not exist, the end of a link', async () => {
    mkdirSync(at('c/elsewhere'), { recursive: true });
    writeFileSync(at('c/elsewhere/target'), 'one');
    mkdirSync(at('c/links'));
    symlinkSync('../elsewhere/target', at('c/links/link'));
    const seen = await watching([at('c/later/file'), at('c/links/link')], { pollMs: 50 });
    writeFileSync(at('c/elsewhere/target'), 'longer than before');
    await expect.poll(() => seen.flat(), { timeout: 10_000 }).toContain(at('c/links/link'));
    mkdirSync(at('c/later'));
    writeFileSync(at('c/later/file'), '');
    await expect.poll(() => seen.flat(), { timeout: 10_000 }).toContain(at('c/later/file'));
    // A poll may fall between the making of a file and its last write: it is then told of twice.
    const told = () => seen.flat().filter((path) => path === at('c/later/file')).length;
    const before = told();
    unlinkSync(at('c/later/file'));
    await expect.poll(told, { timeout: 10_000 }).toBeGreaterThan(before);
  });

  it('takes another set without a report, and falls silent when stopped', async () => {
    mkdirSync(at('d'));
    writeFileSync(at('d/old'), 'x');
    const seen = await watching([at('d/old')]);
    await watch!.update([at('d/next')]);
    writeFileSync(at('d/old'), 'changed');
    writeFileSync(at('d/next'), 'changed');
    await expect.poll(() => seen.flat(), { timeout: 10_000 }).toEqual([at('d/next')]);
    watch!.stop();
    const other = await watching([at('d/next')]);
    writeFileSync(at('d/next'), 'changed again');
    await expect.poll(() => other.flat(), { timeout: 10_000 }).toEqual([at('d/next')]);
    expect(seen.flat()).toEqual([at('d/next')]);
  });

  it('tells of a listener that fails and goes on', async () => {
    mkdirSync(at('e'));
    const problems: string[] = [];
    let calls = 0;
    await watching([at('e/file')], {
      onChange: () => {
        calls += 1;
        throw new Error('listener broke');
      },
      onProblem: (message) => problems.push(message),
    });
    writeFileSync(at('e/file'), '1');
    await expect.poll(() => problems.join(), { timeout: 10_000 }).toContain('listener broke');
    writeFileSync(at('e/file'), '22');
    await expect.poll(() => calls, { timeout: 10_000 }).toBe(2);
  });

  it('tells once of a directory that it can only poll, however often it tries again', async () => {
    mkdirSync(at('f'));
    writeFileSync(at('f/file'), '');
    const below = at('f/file/no-directory/path');
    const problems: string[] = [];
    const seen = await watching([below, at('f/later/file')], {
      pollMs: 50,
      onProblem: (message) => problems.push(message),
    });
    for (const content of ['1', '22']) {
      mkdirSync(at('f/later'), { recursive: true });
      const before = seen.flat().length;
      writeFileSync(at('f/later/file'), content);
      await expect.poll(() => seen.flat().length, { timeout: 10_000 }).toBeGreaterThan(before);
    }
    expect(problems).toEqual([expect.stringContaining(`${at('f/file/no-directory')} is only polled`)]);
  });
});
