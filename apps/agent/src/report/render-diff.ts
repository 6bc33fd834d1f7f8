import { count, plain } from '@trustfleet/terminal';
import { someProblems } from './store-rows.ts';
import { anchorName, anchorTable, trustWords } from './anchor-table.ts';
import { type DiffRow, type DiffSide, isSame, type StoreDiff } from './store-diff.ts';

export interface RenderedDiff {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly diff: StoreDiff;
  readonly now: Date;
}

/** What differs, for people. */
export function renderDiff({ a, b, diff, now }: RenderedDiff): string {
  const lines = [
    ...[`A: ${sideWords(a)}`, ...problemLines(a), `B: ${sideWords(b)}`, ...problemLines(b), ''],
    ...(isSame(diff) ? ['They hold the same anchors, with the same trust.'] : []),
    ...only('A', diff.onlyInA, now),
    ...only('B', diff.onlyInB, now),
    ...sameKey(diff),
    ...trustDiffers(diff),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

const sideWords = ({ label, rows }: DiffSide): string =>
  `${plain(label)}: ${count(new Set(rows.map(({ sha256 }) => sha256)).size, 'anchor')}`;

function problemLines({ problems }: DiffSide): string[] {
  return someProblems(problems).map((problem) => `   ! ${problem}`);
}

function only(side: 'A' | 'B', rows: readonly DiffRow[], now: Date): string[] {
  if (rows.length === 0) return [];
  return [`Only in ${side} (${rows.length}):`, ...anchorTable(rows, now, '  '), ''];
}

function sameKey({ sameKey: found }: StoreDiff): string[] {
  if (found.length === 0) return [];
  const lines = found.flatMap(({ spkiSha256, inA, inB }) => [
    `  key ${spkiSha256}`,
    ...inA.map((row) => `    A: ${rowWords(row)}`),
    ...inB.map((row) => `    B: ${rowWords(row)}`),
  ]);
  return [`The same key, another certificate (${found.length}):`, ...lines, ''];
}

function trustDiffers({ trustDiffers: found }: StoreDiff): string[] {
  if (found.length === 0) return [];
  const lines = found.map(({ inA, inB }) => `  ${rowWords(inA)}: A ${trustWords(inA)}, B ${trustWords(inB)}`);
  return [`Trust differs (${found.length}):`, ...lines, ''];
}

const rowWords = ({ facts, name, sha256 }: DiffRow): string => `${anchorName(facts, name)}  ${sha256}`;
