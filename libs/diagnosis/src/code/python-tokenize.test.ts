import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodePythonSource } from './decode-source.ts';
import { tokenizePython } from './tokenize.ts';

const SPANS = fileURLToPath(new URL('./testing/python-spans.py', import.meta.url));
const MAX_OUTPUT = 512 * 1024 * 1024;
/** Of each standard library: enough to meet every form, few enough for every run. `TRUSTFLEET_ALL_SOURCES=1` takes all. */
const SAMPLE = process.env['TRUSTFLEET_ALL_SOURCES'] === '1' ? Infinity : 60;

type Span = readonly [kind: string, start: number, end: number];

function interpreters(): string[] {
  const pyenv = join(process.env['PYENV_ROOT'] ?? '/root/.pyenv', 'versions');
  const versions = existsSync(pyenv)
    ? readdirSync(pyenv).map((version) => join(pyenv, version, 'bin', 'python'))
    : [];
  return [...versions, '/usr/bin/python3'].filter((path) => existsSync(path));
}

const ask = (python: string, code: string): string =>
  execFileSync(python, ['-c', code], { encoding: 'utf8', maxBuffer: MAX_OUTPUT });

/** Sources of its standard library, its tests among them: they have what nobody else writes. Spread evenly, the same each time. */
function sourcesOf(python: string): string[] {
  const all = ask(
    python,
    'import os\nfor top, _, names in os.walk(os.path.dirname(os.__file__)):\n  for name in names:\n    if name.endswith(".py") and "site-packages" not in top: print(os.path.join(top, name))',
  )
    .trim()
    .split('\n')
    .sort();
  const step = Math.max(1, all.length / SAMPLE);
  const telling = all.filter((path) =>
    /test_(?:fstring|tokenize|string_literals|unicode|tstring|grammar|source_encoding)\.py$/.test(path),
  );
  return [...new Set([...telling, ...all.filter((_, index) => Math.floor(index % step) === 0)])];
}

/** Offsets in UTF-16 units as Python counts: in characters. */
function characterOffsets(text: string): (at: number) => number {
  if (!/[\ud800-\udfff]/.test(text)) return (at) => at;
  const offsets = new Int32Array(text.length + 1);
  for (let at = 0, characters = 0; at < text.length; at += 1) {
    offsets[at] = characters;
    if (!/[\ud800-\udbff]/.test(text.charAt(at))) characters += 1;
    offsets[at + 1] = characters;
  }
  return (at) => offsets[at] ?? 0;
}

function ours(text: string): Span[] {
  const count = characterOffsets(text);
  const spans: Span[] = [];
  let depth = 0;
  let first = 0;
  tokenizePython(text, ({ kind, start, end }) => {
    if (kind === 'templateStart' && depth++ === 0) first = start;
    else if (kind === 'templateEnd' && --depth === 0) spans.push(['s', count(first), count(end)]);
    else if (depth === 0 && (kind === 'string' || kind === 'comment'))
      spans.push([kind === 'string' ? 's' : 'c', count(start), count(end)]);
  });
  return spans;
}

describe.each(interpreters())('the standard library of %s', (python) => {
  it('has its strings and comments where Python’s own tokenize sees them', { timeout: 600_000 }, () => {
    const paths = sourcesOf(python);
    const answer = execFileSync(python, [SPANS], {
      encoding: 'utf8',
      input: `${paths.join('\n')}\n`,
      maxBuffer: MAX_OUTPUT,
      env: { PYTHONIOENCODING: 'utf-8' },
    });
    // 3.12.0 and .1 count the columns of a literal's last line in bytes (python/cpython#112390): there only where it begins is compared.
    const [major, minor, micro] = ask(python, 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
      .split('.')
      .map(Number);
    const countsBytes = major === 3 && minor === 12 && (micro ?? 0) < 2;
    let compared = 0;
    for (const line of answer.trim().split('\n')) {
      const { path, spans } = JSON.parse(line) as { path: string; spans?: Span[] };
      const text = decodePythonSource(readFileSync(path));
      if (spans === undefined || text === null) continue;
      compared += 1;
      const told = (all: readonly Span[]): unknown[] =>
        countsBytes ? all.map(([kind, start]) => [kind, start]) : [...all];
      expect(told(ours(text)), path).toEqual(told(spans));
    }
    expect(compared).toBeGreaterThan(paths.length * 0.9);
  });
});
