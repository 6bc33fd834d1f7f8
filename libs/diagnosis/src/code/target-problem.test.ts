import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import type { BundleFile } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { daysBehind, targetProblem } from './target-problem.ts';

const rootsOf = (version: string): string[] =>
  (ROOT_CATALOGUE.rootsOf(version)?.roots ?? []).map(({ sha256 }) => sha256);
const file = (given: Partial<BundleFile>): BundleFile => ({
  path: '/ca.pem',
  realPath: '/ca.pem',
  state: 'read',
  detail: null,
  sha256: 'a'.repeat(64),
  size: 1,
  anchors: rootsOf(ROOT_CATALOGUE.newest.version),
  problems: [],
  opensslAccepts: true,
  ...given,
});
const own = ['1'.repeat(64), '2'.repeat(64)];

describe('daysBehind', () => {
  const newest = Date.parse(ROOT_CATALOGUE.newest.date);
  const behind = (day: string): number => (newest - Date.parse(day)) / 86_400_000;

  it.each([
    ['2020.06.20', '2020-06-20'],
    ['2023.07.22', '2023-07-22'],
    ['2024.12.14', '2024-12-14'],
    // Releases in which a root left and none came.
    ['2025.04.26', '2025-04-26'],
    ['2025.08.03', '2025-08-03'],
  ])('certifi %s', (version, day) => {
    expect(daysBehind(rootsOf(version), ROOT_CATALOGUE)).toBe(behind(day));
    expect(daysBehind([...rootsOf(version), ...own], ROOT_CATALOGUE)).toBe(behind(day));
  });

  it('says nothing of a list that lacks nothing of today’s, nor of a studio’s own choice', () => {
    expect(daysBehind(rootsOf(ROOT_CATALOGUE.newest.version), ROOT_CATALOGUE)).toBeNull();
    expect(
      daysBehind([...rootsOf('2020.06.20'), ...rootsOf(ROOT_CATALOGUE.newest.version)], ROOT_CATALOGUE),
    ).toBeNull();
    expect(daysBehind(rootsOf('2020.06.20').slice(0, 10), ROOT_CATALOGUE)).toBeNull();
  });
});

describe('targetProblem', () => {
  it.each<[string, Partial<BundleFile>, ReturnType<typeof targetProblem>]>([
    ['today’s list', {}, null],
    ['a studio’s own roots', { anchors: own }, null],
    ['nothing', { state: 'missing', anchors: [], opensslAccepts: false }, 'missing'],
    ['what may not be read', { state: 'unreadable', anchors: [], opensslAccepts: false }, 'unreadable'],
    ['an empty file', { state: 'empty', anchors: [], opensslAccepts: false }, 'notPem'],
    ['DER', { state: 'der', anchors: own, opensslAccepts: false }, 'notPem'],
    ['a block cut off, for which OpenSSL refuses all', { anchors: own, opensslAccepts: false }, 'notPem'],
    ['one root', { anchors: own.slice(1) }, 'oneRoot'],
    ['the list of 2020', { anchors: rootsOf('2020.06.20') }, 'stale'],
  ])('%s', (_, given, problem) => {
    expect(targetProblem(file(given), ROOT_CATALOGUE)).toBe(problem);
  });
});
